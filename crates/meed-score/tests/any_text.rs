//! No text whatever makes a scorer panic, fail, or leave its range; and time stays linear.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meed_algebra::{Function, Slice, TextCell, Values};
use meed_score::{OptionValue, find};
use proptest::prelude::*;

fn functions() -> Vec<Arc<dyn Function>> {
    let call = |name: &str, options: &[(&str, OptionValue)]| {
        let options: BTreeMap<_, _> = options.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
        find(name).unwrap().function(options).unwrap()
    };
    vec![
        call("number", &[]),
        call("number", &[("strict", true.into()), ("decimals", 2.0.into())]),
        call("exact", &[("ignore_case", true.into()), ("collapse_space", true.into())]),
        call("matches", &[("pattern", r"(\d+)\s*(km|m)$".into())]),
        call("contains", &[("what", ["é", "answer"].into_iter().collect()), ("ignore_case", true.into())]),
        call("tags", &[("partial", true.into())]),
        call("length", &[("unit", "words".into())]),
        call("repetition", &[("unit", "characters".into())]),
        call("repetition", &[]),
    ]
}

fn score(function: &dyn Function, text: &str, answer: &str) -> f64 {
    let (text, answer): ([TextCell; 1], [TextCell; 1]) = ([Ok(text.into())], [Ok(answer.into())]);
    let args = [Slice::Texts(&text), Slice::Texts(&answer)];
    let inputs = find(function.name()).unwrap().inputs.len();
    match function.call(&args[..inputs], 1).unwrap() {
        Values::Numbers(values) => values[0],
        _ => panic!("{} gives texts", function.name()),
    }
}

/// Pieces that mean something to some scorer, among any characters.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "<think>",
            "</think>",
            "<answer>",
            "</answer>",
            "####",
            "\\boxed{",
            "}",
            "{",
            "answer is",
            "answer:",
            "\\frac{",
            "1",
            "12",
            ",345",
            ".5",
            "-",
            "−",
            "–",
            "$",
            "\\$",
            "/",
            "e9",
            "×10^",
            "10^{",
            "\\",
            "=",
            " ",
            "\n",
            "\u{a0}",
            "π",
            "^",
            "_",
            "%",
            "\u{1f}",
        ])
        .prop_map(String::from),
        any::<String>().prop_map(|s| s.chars().take(4).collect()),
        "[0-9.,/ ]{0,8}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_has_a_score(text in text(), answer in text()) {
        for function in functions() {
            let value = score(&*function, &text, &answer);
            let share = function.name() == "length" || (0.0..=1.0).contains(&value);
            prop_assert!(value.is_nan() && function.name() == "number" || share, "{}: {value}", function.identity());
        }
    }

    #[test]
    fn a_number_is_found_in_any_dress(n in -1_000_000i64..1_000_000, before in "[a-z ]{0,20}", after in "[a-z .]{0,20}") {
        let number = &functions()[0];
        let answer = n.to_string();
        for dress in ["#### N", "\\boxed{N}", "The answer is N", "so = N.", "**N**", "$N$", "<answer>N</answer>", "it is N kg"] {
            let text = format!("{before}7 {}\n{after}", dress.replace('N', &answer));
            prop_assert_eq!(score(&**number, &text, &answer), 1.0, "{}", text);
            prop_assert_eq!(score(&**number, &text, &(n + 1).to_string()), 0.0, "{}", text);
        }
    }

    #[test]
    fn thousands_separators_change_nothing(n in 0u64..u64::MAX) {
        let plain = n.to_string();
        let grouped: String = plain.char_indices().flat_map(|(i, c)| {
            let comma = i > 0 && (plain.len() - i).is_multiple_of(3);
            comma.then_some(',').into_iter().chain([c])
        }).collect();
        prop_assert_eq!(score(&*functions()[0], &format!("it is ${grouped}.00"), &plain), 1.0);
    }
}

#[test]
fn a_megabyte_of_anything_is_quick() {
    let pieces = [
        "####",
        "#### ",
        "#### 1. x ",
        "#### \\boxed{",
        "\\boxed{",
        "\\boxed{1",
        "\\boxed{}",
        "answer is ",
        "answer: 1+1 ",
        "<answer>",
        "</answer>",
        "<think>",
        "</think>",
        "<think></think>1",
        "1",
        "1,",
        "1,234,",
        "1.",
        "1/",
        "1 ",
        "1e",
        "-",
        "x1",
        "_1 ",
        "\\frac{",
        "\\frac{1}{",
        "1 1/",
        "{",
        "}",
        "\\",
        " ",
        "\n",
        "é",
        "=",
        "10^",
        "1×10^",
        "^1",
        "π",
        "9π ",
        "<",
        "a b ",
        "A",
        "answer is \n",
    ];
    for function in functions() {
        for piece in pieces {
            let text = piece.repeat((1 << 20) / piece.len());
            let start = Instant::now();
            score(&*function, &text, &text);
            score(&*function, &text, "1");
            let spent = start.elapsed();
            assert!(
                spent < Duration::from_secs(3),
                "{} on {piece:?} repeated took {spent:?}",
                function.identity()
            );
            if spent > Duration::from_millis(200) {
                println!("{} on {piece:?} repeated took {spent:?}", function.identity());
            }
        }
    }
}
