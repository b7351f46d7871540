//! Any pair is decided within its budget; an answer equals itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meed_math::{Options, Verdict, compare};

fuzz_target!(|text: &str| {
    let (gold, prediction) = text.split_once('\n').unwrap_or((text, text));
    let options = Options { budget: 300_000, ..Options::default() };
    let e = compare(gold, prediction, &options);
    assert!(e.spent <= 3 * options.budget, "spent {}", e.spent);
    // In a text with marks, or in prose, the gold answer is looked for; the prediction is taken whole.
    let whole = e.gold.is_some_and(|g| g.text == gold.trim());
    if gold == prediction && whole && e.prediction.is_some_and(|p| p.kind.is_some()) {
        assert!(!matches!(e.verdict, Verdict::Different), "{:?}", e.rule);
    }
});
