//! `meed score` on rollouts: what comes out, in every form.

mod common;

use std::collections::BTreeMap;

use common::{Folder, examples, number, shared};
use serde_json::Value;

/// A folder with the example rollouts and specs of one kind.
fn with_examples(kind: &str) -> Folder {
    let folder = Folder::new();
    for entry in std::fs::read_dir(examples().join(kind)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    folder
}

fn keys(row: &Value) -> Vec<&String> {
    row.as_object().unwrap().keys().collect()
}

/// The sums of a column over rows with the same task.
fn sums(rows: &[Value], key: &str) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        *sums.entry(row["task"].to_string()).or_insert(0.0) += number(row, key);
    }
    sums
}

#[test]
fn examples_of_rollouts_keep_every_input_and_have_the_same_outputs_on_every_row() {
    for (kind, spec, rows, outputs) in [
        ("math", "reward.star", "rollouts.jsonl", vec!["correct", "shape", "reward", "advantage"]),
        ("math", "concise.star", "rollouts.jsonl", vec!["correct", "long", "brief", "reward", "advantage"]),
        ("math", "steps.star", "steps.jsonl", vec!["weakest", "drift", "advantage"]),
        ("dialogue", "ensemble.star", "responses.jsonl", vec!["average", "variance", "reward", "advantage"]),
    ] {
        let folder = with_examples(kind);
        let ran = folder.good(&format!("score {spec} {rows} -o out.jsonl"));
        assert!(ran.stderr.is_empty(), "{spec}: {}", ran.stderr);
        let (input, output) = (folder.read(rows), folder.read("out.jsonl"));
        let (input, output) = (String::from_utf8(input).unwrap(), String::from_utf8(output).unwrap());
        assert_eq!(input.lines().count(), output.lines().count());
        for (before, after) in input.lines().zip(output.lines()) {
            // An input named like an output is kept under another name; everything else stays as it was written.
            let mut before = before.trim_end().trim_end_matches('}').to_string();
            if outputs.contains(&"correct") {
                before = before.replace("\"correct\":", "\"correct_input\":");
            }
            assert!(after.starts_with(&before), "{spec}\n{before}\n{after}");
            let row: Value = serde_json::from_str(after).unwrap();
            assert!(outputs.iter().chain(&["reasons"]).all(|o| row.get(o).is_some()), "{spec}: {after}");
        }
        let rows = folder.rows("out.jsonl");
        assert!(rows.iter().all(|r| keys(r) == keys(&rows[0])), "{spec}: keys differ");
    }
}

#[test]
fn the_summary_of_an_example() {
    let _plain = common::plain_snapshots();
    let folder = with_examples("math");
    insta::assert_snapshot!(folder.good("score concise.star rollouts.jsonl").text());
    insta::assert_snapshot!("first_row_of_steps", {
        folder.good("score steps.star steps.jsonl -n 1 -o out.jsonl -q");
        let row = &folder.rows("out.jsonl")[0];
        format!(
            "weakest {}\n{} values of drift\nreasons {}",
            row["weakest"],
            row["drift"].as_array().unwrap().len(),
            row["reasons"]
        )
    });
}

#[test]
fn one_task_per_row_gives_the_same_as_one_rollout_per_row() {
    let folder = with_examples("math");
    folder.good("score reward.star rollouts.jsonl -o rollouts.out.jsonl -q");
    folder.good("score reward.star tasks.jsonl -o tasks.out.jsonl -q");
    for key in ["correct", "shape", "reward", "advantage"] {
        let single: Vec<f64> = folder.rows("rollouts.out.jsonl").iter().map(|r| number(r, key)).collect();
        let lists: Vec<f64> = folder
            .rows("tasks.out.jsonl")
            .iter()
            .flat_map(|r| r[key].as_array().unwrap().clone())
            .map(|v| v.as_f64().unwrap())
            .collect();
        assert_eq!(single, lists, "{key}");
    }
}

#[test]
fn every_format_gives_the_same_numbers() {
    let folder = with_examples("math");
    folder.file("copy.star", "copied = col(\"tokens\")\n");
    folder.good("score reward.star rollouts.jsonl -o expected.jsonl -q");
    let expected = folder.rows("expected.jsonl");
    for ending in ["jsonl.gz", "jsonl.zst", "parquet", "arrow", "arrows"] {
        folder.good(&format!("score copy.star rollouts.jsonl -o rows.{ending} -q"));
        folder.good(&format!("score reward.star rows.{ending} -o from-{ending}.jsonl -q"));
        folder.good(&format!("score reward.star rollouts.jsonl -o to.{ending} -q"));
        folder.good(&format!("score copy.star to.{ending} -o back-{ending}.jsonl -q"));
        let found = folder.rows(&format!("from-{ending}.jsonl"));
        let written = folder.rows(&format!("back-{ending}.jsonl"));
        assert_eq!((found.len(), written.len()), (expected.len(), expected.len()), "{ending}");
        for ((e, f), w) in expected.iter().zip(&found).zip(&written) {
            for key in ["correct", "shape", "reward", "advantage"] {
                assert_eq!(number(e, key).to_bits(), number(f, key).to_bits(), "from {ending}, {key}");
                assert_eq!(number(e, key).to_bits(), number(w, key).to_bits(), "to {ending}, {key}");
            }
            for key in ["task", "prompt", "completion", "answer"] {
                assert_eq!((&e[key], &e[key]), (&f[key], &w[key]), "{ending}, {key}");
            }
        }
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_threads() {
    let folder = with_examples("math");
    let steps = std::fs::read_to_string(folder.path("steps.jsonl")).unwrap();
    let many: String = (0..20).map(|i| steps.replace("\"task\": \"", &format!("\"task\": \"{i}-"))).collect();
    folder.file("many.jsonl", many);
    folder.file(
        "all.star",
        "load(\"steps.star\", \"advantage\")\nnoise = normal(\"token\")\nreward = number() + 0.1 * noise.mean(\"rollout\")\nscaled = reward.z(\"batch\")\nper_token = advantage + noise\n",
    );
    for threads in [1, 2, 3] {
        folder.good(&format!("score all.star many.jsonl -o {threads}.jsonl --threads {threads} -q"));
        folder.good(&format!("score all.star many.jsonl -o {threads}.parquet --threads {threads} -q"));
    }
    for name in ["jsonl", "parquet"] {
        let one = folder.read(&format!("1.{name}"));
        assert!(
            one == folder.read(&format!("2.{name}")) && one == folder.read(&format!("3.{name}")),
            "{name}"
        );
    }
}

#[test]
fn grade_school_answers_are_read_right() {
    let Some(rows) = shared("gsm8k_rollouts.jsonl") else { return };
    let rows = rows.to_str().unwrap();
    let folder = Folder::new();
    folder.file(
        "reward.star",
        "correct = number()\nlabel = col(\"labels\")\nagrees = correct == label\nreward = correct\nadvantage = (reward - reward.mean(\"group\")) / (reward.std(\"group\") + 1e-6)\n",
    );
    for threads in ["1", "2"] {
        let out = format!("{threads}.jsonl");
        folder.meed_with(&["score", "reward.star", rows, "-o", &out, "--threads", threads, "-q"]);
    }
    assert!(folder.read("1.jsonl") == folder.read("2.jsonl"));
    let (mut agree, mut all) = (0.0, 0);
    for row in folder.rows("1.jsonl") {
        let list = |key: &str| -> Vec<f64> {
            row[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().or(v.as_bool().map(f64::from)).unwrap())
                .collect()
        };
        agree += list("agrees").iter().sum::<f64>();
        all += list("agrees").len();
        assert!(list("advantage").iter().sum::<f64>().abs() < 1e-9, "{}", row["id"]);
    }
    assert_eq!(all, 3152);
    assert!(agree >= 0.995 * all as f64, "{agree} of {all}");
}

#[test]
fn tool_calls_in_parquet_load_without_flags_and_keep_their_columns() {
    let Some(rows) = shared("rlla_test.parquet") else { return };
    let rows = rows.to_str().unwrap();
    let folder = Folder::new();
    folder.file("count.star", "words = map(lambda a: len(a.split()), answer)\n");
    folder.file("again.star", "again = col(\"words\")\n");
    for out in ["out.parquet", "out.jsonl", "out.arrow"] {
        let ran = folder.meed_with(&["score", "count.star", rows, "-o", out]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("80 rollouts in"), "{}", ran.stdout);
    }
    folder.good("score again.star out.parquet -o from-parquet.jsonl -q");
    folder.good("score again.star out.arrow -o from-arrow.jsonl -q");
    let plain = folder.rows("out.jsonl");
    for key in ["data_source", "prompt", "ability", "reward_model", "extra_info", "words"] {
        assert!(plain[0].get(key).is_some(), "{key} is lost: {:?}", keys(&plain[0]));
    }
    for other in ["from-parquet.jsonl", "from-arrow.jsonl"] {
        for (a, b) in plain.iter().zip(folder.rows(other)) {
            let a = a.as_object().unwrap();
            assert!(a.iter().all(|(k, v)| k == "reasons" || b[k] == *v), "{other} differs");
        }
    }
}

const STEPS: &str = r#"{"step":0,"task":"a","score":1}
{"step":0,"task":"a","score":3}
{"step":1,"task":"a","score":5}
{"step":1,"task":"b","score":7}
{"step":2,"task":"a","score":2}
{"step":2,"task":"a","score":4}
"#;

#[test]
fn state_goes_on_where_the_last_run_ended() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file(
        "ema.star",
        "score = col(\"score\")\naverage = ema(score.mean(\"batch\"), 0.5)\nadvantage = score - average\n",
    );
    folder.file("all.jsonl", STEPS);
    folder.good("score ema.star all.jsonl --batch-by step -o all.out.jsonl -q --state whole.state");
    let lines: Vec<&str> = STEPS.lines().collect();
    let mut parts = Vec::new();
    for (i, pair) in lines.chunks(2).enumerate() {
        folder.file("part.jsonl", format!("{}\n{}\n", pair[0], pair[1]));
        folder.good(&format!(
            "score ema.star part.jsonl --batch-by step -o part{i}.jsonl -q --state run.state"
        ));
        parts.extend(folder.read(&format!("part{i}.jsonl")));
    }
    assert_eq!(String::from_utf8(parts), String::from_utf8(folder.read("all.out.jsonl")));
    assert_eq!(folder.read("run.state"), folder.read("whole.state"));
    assert!(!folder.names().iter().any(|n| n.ends_with(".part")), "{:?}", folder.names());

    folder.file("broken.state", "not a state\n");
    let mut said = common::Cases::default();
    said.add(
        "a state that is none",
        "",
        &folder.meed("score ema.star all.jsonl --batch-by step --state broken.state"),
    );
    folder.file(
        "other.star",
        "score = col(\"score\")\nbest = history(score.mean(\"batch\"), keep = 4).max(\"batch\")\n",
    );
    said.add(
        "the state of another spec",
        "",
        &folder.meed("score other.star all.jsonl --batch-by step --state whole.state"),
    );
    insta::assert_snapshot!(said.text());
}

#[test]
fn chance_follows_the_seed() {
    let folder = with_examples("math");
    folder.file("chance.star", "noise = uniform()\nkept = bernoulli(0.5)\n");
    let run = |args: &str, out: &str| {
        folder.good(&format!("score chance.star rollouts.jsonl -q -o {out} {args}"));
        folder.rows(out).iter().map(|r| number(r, "noise")).collect::<Vec<f64>>()
    };
    let (zero, again, one) =
        (run("", "a.jsonl"), run("--seed 0 --threads 1", "b.jsonl"), run("--seed 1", "c.jsonl"));
    assert_eq!(zero, again);
    assert!(zero.iter().zip(&one).all(|(a, b)| a != b));
    let mean = zero.iter().sum::<f64>() / zero.len() as f64;
    assert!((0.4..0.6).contains(&mean), "{mean}");
    // The same task gets the same numbers when other tasks are not there.
    let few = run("--limit 8", "d.jsonl");
    assert_eq!(few[..], zero[..8]);
}

#[test]
fn limits_to_whole_groups() {
    let folder = with_examples("math");
    for (limit, rows) in [("1", 4), ("4", 4), ("5", 8), ("100000", 196)] {
        folder.good(&format!("score reward.star rollouts.jsonl -q -o out.jsonl --limit {limit}"));
        assert_eq!(folder.rows("out.jsonl").len(), rows, "--limit {limit}");
    }
}

#[test]
fn the_summary_as_json_has_the_same_keys_always() {
    let folder = with_examples("math");
    folder
        .file("bare.star", "label = col(\"task\") + \"\"\n")
        .file("bare.star", "tokens2 = 2 * col(\"tokens\")\n");
    let first: Value =
        serde_json::from_str(&folder.good("score reward.star rollouts.jsonl --format json").stdout).unwrap();
    let second: Value =
        serde_json::from_str(&folder.good("score bare.star rollouts.jsonl --format json").stdout).unwrap();
    assert_eq!(keys(&first), keys(&second));
    assert_eq!(first["rollouts"], 196);
    assert_eq!(first["groups"], 49);
    for component in first["components"].as_object().unwrap().values() {
        let mut keys: Vec<&str> = component.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["absent", "axis", "max", "mean", "min", "present", "std"]);
    }
    // Rows on standard output leave the summary to standard error.
    let ran = folder.good("score reward.star rollouts.jsonl --format json -o -");
    assert_eq!(ran.stdout.lines().count(), 196);
    assert!(serde_json::from_str::<Value>(&ran.stderr).is_ok(), "{}", ran.stderr);
    let quiet = folder.good("score reward.star rollouts.jsonl --format json -q");
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty());
}

#[test]
fn pairs_and_lanes_are_written_per_rollout() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file(
        "rows.jsonl",
        "{\"task\":\"a\",\"score\":1,\"rm\":{\"x\":1,\"y\":3}}\n{\"task\":\"a\",\"score\":4,\"rm\":{\"x\":2,\"y\":2}}\n{\"task\":\"b\",\"score\":0,\"rm\":{\"x\":0,\"y\":null}}\n",
    );
    folder.file(
        "reward.star",
        "score = col(\"score\")\nrm = col(\"rm\")\np = pairs(\"group\")\nmargin = p.left(score) - p.right(score)\ndouble = 2 * rm\nreward = rm.mean(\"rollout\")\n",
    );
    folder.good("score reward.star rows.jsonl -o out.jsonl -q");
    insta::assert_snapshot!(String::from_utf8(folder.read("out.jsonl")).unwrap());
}

#[test]
fn groups_and_sums_of_advantages() {
    let folder = with_examples("math");
    folder.good("score reward.star rollouts.jsonl -o out.jsonl -q");
    for (task, sum) in sums(&folder.rows("out.jsonl"), "advantage") {
        assert!(sum.abs() < 1e-9, "{task}: {sum}");
    }
    folder.good("score reward.star rollouts.jsonl -o set.jsonl -q --set format_weight=0");
    for row in folder.rows("set.jsonl") {
        assert_eq!(number(&row, "reward"), number(&row, "correct"));
    }
}

#[test]
fn shuffled_rows_give_the_same_values() {
    let folder = with_examples("math");
    let text = String::from_utf8(folder.read("rollouts.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // 196 rows, taken in steps of 45, which shares no factor with 196.
    let order: Vec<usize> = (0..lines.len()).map(|i| (i * 45) % lines.len()).collect();
    folder.file("shuffled.jsonl", order.iter().map(|i| format!("{}\n", lines[*i])).collect::<String>());
    folder.good("score reward.star rollouts.jsonl -o a.jsonl -q");
    folder.good("score reward.star shuffled.jsonl -o b.jsonl -q");
    let sorted = |name: &str| {
        let rows = folder.rows(name);
        let mut all: Vec<String> = rows
            .iter()
            .map(|r| format!("{} {} {:.9}", r["completion"], r["reward"], number(r, "advantage")))
            .collect();
        all.sort();
        all
    };
    assert_eq!(sorted("a.jsonl"), sorted("b.jsonl"));
}
