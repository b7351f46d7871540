//! No text whatever makes a scorer of formats, instructions or tool calls panic, fail, or leave its range; and time
//! stays bounded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meed_algebra::{Function, Slice, TextCell, Values};
use meed_score::{OptionValue, find};
use proptest::prelude::*;

/// Instructions of every kind whose time depends on the text.
const IDS: &str = r#"["keywords:existence", "keywords:frequency", "keywords:forbidden_words", "keywords:letter_frequency",
"length_constraints:number_sentences", "length_constraints:number_paragraphs", "length_constraints:number_words",
"length_constraints:nth_paragraph_first_word", "detectable_content:number_placeholders", "detectable_content:postscript",
"detectable_format:number_bullet_lists", "detectable_format:number_highlighted_sections", "detectable_format:multiple_sections",
"detectable_format:json_format", "detectable_format:title", "combination:two_responses", "startend:end_checker",
"change_case:capital_word_frequency", "change_case:english_lowercase", "count:punctuation", "count:numbers", "ratio:sentence_type",
"sentence:alliteration_increment", "words:palindrome", "words:last_first", "format:line_indent", "format:quotes", "format:parentheses",
"format:title_case", "format:no_bullets_bullets", "custom:csv_city", "custom:mcq_count_length", "custom:european_capitals_sort"]"#;

const KWARGS: &str = r#"[{"keywords": ["a.c", "b"]}, {"keyword": "a", "frequency": 1, "relation": "at least"}, {"forbidden_words": ["é", "x y"]},
{"letter": "q", "let_frequency": 2, "let_relation": "less than"}, {"num_sentences": 2, "relation": "at least"}, {"num_paragraphs": 2},
{"num_words": 5, "relation": "less than"}, {"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "a"}, {"num_placeholders": 1},
{"postscript_marker": "P.S."}, {"num_bullets": 2}, {"num_highlights": 2}, {"section_spliter": "Section", "num_sections": 2}, {}, {}, {},
{"end_phrase": "end"}, {"capital_frequency": 2, "capital_relation": "at least"}, {}, {}, {"N": 2}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]"#;

fn functions() -> Vec<Arc<dyn Function>> {
    let call = |name: &str, options: &[(&str, OptionValue)]| {
        let options: BTreeMap<_, _> = options.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
        find(name).unwrap().function(options).unwrap()
    };
    vec![
        call("ifeval", &[("share", true.into()), ("loose", true.into())]),
        call("tool_calls", &[]),
        call("tool_calls", &[("method", "toolrl".into()), ("low", 0.0.into()), ("high", 1.0.into())]),
        call("tool_calls", &[("method", "toolrl".into()), ("part", "format".into())]),
        call("tool_calls", &[("part", "values".into()), ("lenient", true.into())]),
        call("json_match", &[("order", false.into())]),
        call("json_match", &[("syntax", "yaml".into())]),
        call("json_schema", &[]),
        call("yaml", &[]),
        call("xml", &[]),
        call("table", &[]),
        call("fences", &[]),
        call("grammar", &[("grammar", "(think tool_call)* answer".into())]),
    ]
}

fn score(function: &dyn Function, text: &str, answer: &str) -> f64 {
    let cell = |text: &str| -> [TextCell; 1] { [Ok(text.into())] };
    let (text, answer, ids, kwargs) = (cell(text), cell(answer), cell(IDS), cell(KWARGS));
    let args = match function.name() {
        "ifeval" => vec![Slice::Texts(&text), Slice::Texts(&ids), Slice::Texts(&kwargs)],
        "json_schema" => vec![Slice::Texts(&text)],
        "tool_calls" | "json_match" => vec![Slice::Texts(&text), Slice::Texts(&answer)],
        _ => vec![Slice::Texts(&text)],
    };
    match function.call(&args, 1).unwrap() {
        Values::Numbers(values) => values[0],
        _ => panic!("{} gives texts", function.name()),
    }
}

const PIECES: [&str; 60] = [
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "<tool_call>",
    "</tool_call>",
    "<function=f>",
    "</function>",
    "<parameter=a>",
    "</parameter>",
    "[TOOL_CALLS]",
    "```",
    "```json\n",
    "{\"name\": \"f\", \"arguments\": {",
    "}}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "f(a=",
    ")",
    "(",
    "|",
    "|---|",
    "\n",
    "\n\n",
    " ",
    "- ",
    "* ",
    "**",
    "***",
    "******",
    "<<",
    ">>",
    ". ",
    "?!",
    "...",
    ". . .",
    "Mr.",
    "e.g.",
    "U.S.",
    "5.",
    "P.S.",
    "Section 1",
    "\\",
    "\\u12",
    "&x;",
    "<a>",
    "</a>",
    "&a ",
    "*a",
    "é",
    "\u{1c}",
    "a",
    "A",
    "0x1F",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(PIECES.to_vec()).prop_map(String::from),
        any::<String>().prop_map(|s| s.chars().take(4).collect()),
        "[0-9.,a-z ]{0,8}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_has_a_score(text in text(), answer in text()) {
        for function in functions() {
            let value = score(&*function, &text, &answer);
            let whose = matches!(function.name(), "tool_calls" | "json_match") && value.is_nan();
            prop_assert!(whose || (0.0..=1.0).contains(&value), "{}: {value}", function.identity());
        }
    }

    #[test]
    fn turns_are_as_many_as_counted(text in text()) {
        let function = find("turns").unwrap().function(BTreeMap::new()).unwrap();
        let text: [TextCell; 1] = [Ok(text.into())];
        let counts = function.unfold().unwrap().counts(&[Slice::Texts(&text)], 1).unwrap();
        prop_assert_eq!(function.call(&[Slice::Texts(&text)], 1).unwrap().len(), counts[0]);
    }

    #[test]
    fn calls_written_and_read_are_the_same(name in "[a-z_]{1,8}", key in "[a-z]{1,4}", value in any::<String>(), number in any::<i32>()) {
        let arguments = serde_json::json!({key: [value, number, {"n": null}]});
        let call = serde_json::json!({"name": name, "arguments": arguments});
        let gold = serde_json::json!([{"function": {"name": name, "arguments": arguments.to_string()}}]).to_string();
        let tool_calls = find("tool_calls").unwrap().function(BTreeMap::new()).unwrap();
        // Text that holds a tag of its own cannot stand between tags.
        if !call.to_string().contains('<') {
            prop_assert_eq!(score(&*tool_calls, &format!("<tool_call>{call}</tool_call>"), &gold), 1.0);
        }
        prop_assert_eq!(score(&*tool_calls, &call.to_string(), &gold), if call.to_string().contains("<tool_call>") { 0.0 } else { 1.0 });
    }
}

#[test]
fn half_a_megabyte_of_anything_is_quick() {
    for function in functions() {
        for piece in PIECES {
            let text = piece.repeat((1 << 19) / piece.len());
            let start = Instant::now();
            score(&*function, &text, &text);
            score(&*function, &text, "[f(a=1)]");
            let spent = start.elapsed();
            assert!(
                spent < Duration::from_secs(20),
                "{} on {piece:?} repeated took {spent:?}",
                function.identity()
            );
            if spent > Duration::from_millis(500) {
                println!("{} on {piece:?} repeated took {spent:?}", function.identity());
            }
        }
    }
}

#[test]
fn a_hundred_thousand_words_are_quick() {
    let text = "The quick brown fox jumps over the lazy dog. It isn't, e.g., Mr. Smith's! ".repeat(7_000);
    for function in functions() {
        let start = Instant::now();
        score(&*function, &text, "{}");
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} took {:?}",
            function.identity(),
            start.elapsed()
        );
    }
}
