//! Every spec under `examples/`, scored as its docstring says: what it claims to do shows in its outputs.

mod common;

use common::{Folder, examples, number};
use serde_json::Value;

/// The specs, as `math/reward.star`.
fn specs() -> Vec<String> {
    let mut found = Vec::new();
    for kind in std::fs::read_dir(examples()).unwrap().map(|e| e.unwrap()).filter(|e| e.path().is_dir()) {
        for file in std::fs::read_dir(kind.path()).unwrap().map(|e| e.unwrap()) {
            let name = file.file_name().into_string().unwrap();
            if name.ends_with(".star") {
                found.push(format!("{}/{name}", kind.file_name().into_string().unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The scored rows of a spec, from the command in its docstring and further options, in groups.
fn score(spec: &str, options: &str) -> Vec<Vec<Value>> {
    let folder = Folder::new();
    score_in(&folder, spec, options)
}

fn score_in(folder: &Folder, spec: &str, options: &str) -> Vec<Vec<Value>> {
    let (kind, name) = spec.split_once('/').unwrap();
    for entry in std::fs::read_dir(examples().join(kind)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let text = String::from_utf8(folder.read(name)).unwrap();
    let command = text.lines().find_map(|l| l.trim().strip_prefix("meed score"));
    let command = command.unwrap_or_else(|| panic!("{spec} does not say how to run it")).replace('\'', "");
    let ran = folder.good(&format!("score {command} {options} -q -o out.jsonl"));
    assert!(ran.stderr.is_empty(), "{spec}: {}", ran.stderr);
    let rows = folder.rows("out.jsonl");
    rows.chunk_by(|a, b| a["task"] == b["task"]).map(<[Value]>::to_vec).collect()
}

/// The numbers of a column; absent ones left out.
fn numbers(rows: &[Value], key: &str) -> Vec<f64> {
    rows.iter().filter(|r| !r[key].is_null()).map(|r| number(r, key)).collect()
}

/// The numbers of a column of lists.
fn list(row: &Value, key: &str) -> Vec<f64> {
    row[key].as_array().unwrap_or_else(|| panic!("{key} of {row}")).iter().filter_map(Value::as_f64).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn every_spec_runs_as_it_says_and_is_in_the_table() {
    let table = std::fs::read_to_string(examples().join("README.md")).unwrap();
    let specs = specs();
    assert!(specs.len() >= 16, "{specs:?}");
    for spec in specs {
        let groups = score(&spec, "");
        assert!(groups.len() >= 6 && groups.iter().all(|g| g.len() == 4), "{spec}");
        assert!(table.contains(&format!("| `{spec}` |")), "{spec} is not in examples/README.md");
    }
}

#[test]
fn advantages_within_a_group_sum_to_zero() {
    for spec in [
        "agents/economy.star",
        "agents/gated.star",
        "dialogue/concise.star",
        "dialogue/ensemble.star",
        "math/budget.star",
        "math/concise.star",
        "math/filtered.star",
        "math/judged.star",
        "math/majority.star",
        "math/overlong.star",
        "math/reward.star",
        "math/verified.star",
    ] {
        let groups = score(spec, "");
        for group in &groups {
            let sum: f64 = numbers(group, "advantage").iter().sum();
            assert!(sum.abs() < 1e-9, "{spec}: {} sums to {sum}", group[0]["task"]);
        }
        let all = numbers(&groups.concat(), "advantage");
        assert!(all.iter().any(|a| *a > 0.3) && all.iter().any(|a| *a < -0.3), "{spec}: {all:?}");
    }
}

#[test]
fn a_length_bonus_is_for_right_answers_within_the_budget() {
    let rows = score("math/budget.star", "").concat();
    for row in &rows {
        let within = number(row, "tokens") <= 60.0;
        let right = number(row, "correct") > 0.0;
        let expected = if right && within { 1.5 } else { f64::from(right) };
        assert_eq!(number(row, "laser"), expected, "{row}");
    }
    assert_eq!(score("math/budget.star", "--set bonus=0")[0][0]["laser"], 1);
}

#[test]
fn groups_without_spread_are_left_out_and_overlong_answers_punished() {
    for group in score("math/overlong.star", "") {
        let right: Vec<f64> = numbers(&group, "correct");
        let spread = right.iter().any(|c| *c != right[0]);
        for row in &group {
            assert_eq!(row["advantage"].is_null(), !spread, "{row}");
            assert_eq!(row["keep"], spread);
            let punished = ((100.0 - number(row, "tokens")) / 60.0).clamp(-1.0, 0.0);
            assert!(near(number(row, "overlong"), punished), "{row}");
        }
    }
}

#[test]
fn a_clear_majority_is_the_label() {
    let mut labelled = Vec::new();
    for group in score("math/majority.star", "") {
        let Some(label) = group[0]["label"].as_str() else {
            assert!(group.iter().all(|r| r["reward"] != 1), "{group:?}");
            continue;
        };
        let answered = group.iter().filter(|r| !r["answer"].is_null()).count();
        let votes = group.iter().filter(|r| r["answer"] == label).count();
        assert!(2 * votes >= answered, "{label}: {votes} of {answered}");
        assert!(group.iter().all(|r| (r["reward"] == 1) == (r["answer"] == label)));
        labelled.push(number(&group[0], "agrees"));
    }
    let agreement = labelled.iter().sum::<f64>() / labelled.len() as f64;
    assert!(labelled.len() > 30 && agreement > 0.7 && agreement < 1.0, "{} {agreement}", labelled.len());
}

#[test]
fn weights_of_objectives_move_from_run_to_run() {
    let folder = Folder::new();
    let weights: Vec<f64> = (0..3)
        .map(|_| {
            let rows = score_in(&folder, "math/dynamic.star", "").concat();
            let all = numbers(&rows, "advantage");
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            assert!(mean.abs() < 1e-9, "{mean}");
            number(&rows[0], "weight_correct")
        })
        .collect();
    assert!(weights.iter().all(|w| (0.3..=1.0).contains(w)), "{weights:?}");
    assert!(weights[0] > 0.5 && weights.is_sorted() && weights[2] > weights[0], "{weights:?}");
}

#[test]
fn a_share_of_the_tasks_is_verified() {
    for (share, some, all) in [("0", false, false), ("0.5", true, false), ("1", true, true)] {
        let rows = score("math/verified.star", &format!("--set share={share}")).concat();
        let verified: Vec<bool> = rows.iter().map(|r| r["verified"] == true).collect();
        assert_eq!((verified.contains(&true), !verified.contains(&false)), (some, all), "share {share}");
        for row in &rows {
            let outcome = if row["verified"] == true { number(row, "outcome") } else { 0.0 };
            assert!(near(number(row, "advantage"), number(row, "process") + outcome), "{row}");
            let least = list(row, "prm").into_iter().fold(f64::INFINITY, f64::min);
            assert!((number(row, "worst") - least).abs() < 0.1, "{row}");
        }
    }
}

#[test]
fn judges_order_right_answers_only() {
    let mut taken_in = 0;
    for group in score("math/judged.star", "") {
        for row in &group {
            let reward = number(row, "reward");
            if number(row, "correct") > 0.0 {
                assert!(reward > 0.5 && reward < 1.0, "{row}");
                for other in group.iter().filter(|o| number(o, "correct") > 0.0) {
                    let better = number(row, "cautious") > number(other, "cautious");
                    assert_eq!(reward > number(other, "reward"), better);
                }
            } else {
                assert_eq!(reward, 0.0);
                taken_in += usize::from(row["rm"]["rm1"].as_f64().unwrap() > 1.0);
            }
        }
    }
    assert!(taken_in > 0, "a judge likes some wrong answer, or the gate shows nothing");
}

#[test]
fn right_answers_are_never_pushed_down_when_decoupled() {
    for group in score("math/decoupled.star", "") {
        let (right, wrong): (Vec<&Value>, Vec<&Value>) =
            group.iter().partition(|r| number(r, "correct") > 0.0);
        let total = |rows: &[&Value]| rows.iter().map(|r| number(r, "pull")).sum::<f64>();
        assert!(
            right.iter().all(|r| number(r, "pull") > 0.0) && wrong.iter().all(|r| number(r, "pull") < 0.0)
        );
        assert!(near(total(&right), -total(&wrong)));
        for (a, b) in right.iter().zip(&right[1..]) {
            let shorter = number(a, "tokens") < number(b, "tokens");
            assert_eq!(shorter, number(a, "pull") > number(b, "pull"), "{a} {b}");
        }
    }
}

#[test]
fn every_token_pays_for_its_drift() {
    for row in score("math/penalised.star", "").concat() {
        let (advantage, penalty) = (list(&row, "advantage"), list(&row, "penalty"));
        assert_eq!(advantage.len() as f64, number(&row, "tokens"));
        assert!(penalty.iter().all(|p| *p >= 0.0) && penalty.iter().any(|p| *p > 0.0));
        let before = advantage[0] + penalty[0];
        assert!(advantage.iter().zip(&penalty).all(|(a, p)| near(a + p, before)));
        assert_eq!(before > 0.0, number(&row, "correct") > 0.0);
        assert!(number(&row, "reward") <= number(&row, "correct"));
    }
}

#[test]
fn credit_of_steps_has_the_sign_of_the_outcome() {
    let rows = score("math/credit.star", "").concat();
    for row in &rows {
        let sign = number(row, "outcome").signum();
        assert!(list(row, "advantage").iter().all(|a| a * sign >= 0.0), "{row}");
        assert_eq!(list(row, "advantage").len(), list(row, "prm").len());
    }
    // Steps of wrong solutions differ: the mistake is blamed more than what came before it.
    let mut wrong = rows.iter().filter(|r| number(r, "correct") == 0.0);
    assert!(wrong.clone().count() > 10 && wrong.all(|r| list(r, "advantage").iter().any(|a| *a < 0.0)));
}

#[test]
fn one_rollout_of_each_task_is_filtered() {
    for group in score("math/filtered.star", "") {
        let kept: Vec<&Value> = group.iter().filter(|r| r["keep"] == true).collect();
        assert_eq!(kept.len(), 3);
        for row in &group {
            assert_eq!(row["keep"] == true, !row["advantage"].is_null(), "{row}");
        }
        // What goes is the worst of its kind.
        let gone = group.iter().find(|r| r["keep"] == false).unwrap();
        let mut same = kept.iter().filter(|r| r["correct"] == gone["correct"]);
        assert!(same.all(|r| number(r, "consistency") >= number(gone, "consistency")));
    }
}

#[test]
fn one_pair_for_each_prompt_with_a_margin() {
    for (margin, prompts) in [("1.0", 6), ("2.4", 3), ("9", 0)] {
        let groups = score("dialogue/preferences.star", &format!("--set margin={margin}"));
        let mut paired = 0;
        for group in &groups {
            let place = |key: &str| group.iter().position(|r| r[key] == true);
            let (Some(chosen), Some(rejected)) = (place("chosen"), place("rejected")) else {
                assert!(group.iter().all(|r| r["apart"] == false && r["chosen"] == false));
                continue;
            };
            paired += 1;
            let scores = numbers(group, "score");
            assert!(scores[chosen] - scores[rejected] > margin.parse().unwrap());
            for (i, row) in group.iter().enumerate() {
                for (j, over) in row["over"].as_array().unwrap().iter().enumerate() {
                    assert_eq!(*over == true, (i, j) == (chosen, rejected), "{row}");
                }
            }
        }
        assert_eq!(paired, prompts, "margin {margin}");
    }
}

#[test]
fn length_explains_nothing_of_the_reward_that_is_left() {
    let centred = |group: &[Value], key: &str| -> Vec<f64> {
        let all = numbers(group, key);
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        all.iter().map(|x| x - mean).collect()
    };
    let product = |groups: &[Vec<Value>], key: &str| -> f64 {
        let each = groups.iter().map(|g| (centred(g, key), centred(g, "tokens")));
        each.map(|(x, y)| x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>()).sum()
    };
    let groups = score("dialogue/concise.star", "");
    assert!(product(&groups, "cautious") > 1.0, "longer responses score better");
    assert!(product(&groups, "reward").abs() < 1e-9);
}

#[test]
fn economy_counts_among_solved_rollouts_only() {
    for group in score("agents/economy.star", "") {
        for row in &group {
            let solved = number(row, "solved") > 0.0;
            if !solved {
                assert_eq!((number(row, "advantage_tool"), number(row, "cheap")), (0.0, 0.0), "{row}");
            }
            for other in group.iter().filter(|o| solved && number(o, "solved") > 0.0) {
                let fewer = number(row, "tools") < number(other, "tools");
                assert_eq!(fewer, number(row, "advantage_tool") > number(other, "advantage_tool"));
                let cheaper = number(row, "cost") < number(other, "cost");
                assert_eq!(cheaper, number(row, "cheap") > number(other, "cheap"));
            }
        }
    }
}

#[test]
fn immediate_rewards_lie_behind_the_gate() {
    let count = |options: &str| {
        let rows = score("agents/gated.star", options).concat();
        rows.iter().filter(|r| number(r, "immediate") > 0.0).count()
    };
    for row in score("agents/gated.star", "").concat() {
        assert_eq!(number(&row, "immediate") > 0.0, number(&row, "outcome") >= 0.75, "{row}");
    }
    let (closed, open) = (count(""), count("--set g-ra.mode=direct"));
    assert!(0 < closed && closed < open && open == 32, "{closed} {open}");
}

#[test]
fn no_turn_of_a_failure_earns_and_none_of_a_success_loses() {
    let mut all = Vec::new();
    for row in score("agents/rounds.star", "").concat() {
        let sign = if number(&row, "solved") > 0.0 { 1.0 } else { -1.0 };
        assert!(list(&row, "step_reward").iter().all(|r| r * sign >= 0.0), "{row}");
        assert!(list(&row, "returns").iter().all(|r| r.abs() <= 1.0), "{row}");
        all.extend(list(&row, "advantage"));
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    assert!(mean.abs() < 1e-9, "{mean}");
}

#[test]
fn the_shortest_solved_and_the_longest_failed_are_trained_on() {
    for group in score("agents/retries.star", "") {
        let (kept, left): (Vec<&Value>, Vec<&Value>) = group.iter().partition(|r| r["keep"] == true);
        for k in kept {
            for l in left.iter().filter(|l| l["solved"] == k["solved"]) {
                let shorter = number(k, "tokens") <= number(l, "tokens");
                assert_eq!(shorter, number(k, "solved") > 0.0, "{k} {l}");
            }
            assert_eq!(number(k, "advantage") > 0.0, number(k, "solved") > 0.0);
        }
        assert!(left.iter().all(|r| r["advantage"].is_null()));
    }
}
