//! Any pair is decided within its budget; an answer equals itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meed_math::{Options, Verdict, compare};

fuzz_target!(|text: &str| {
    let (gold, prediction) = text.split_once('\n').unwrap_or((text, text));
    let options = Options { budget: 300_000, ..Options::default() };
    let e = compare(gold, prediction, &options);
    assert!(e.spent <= 3 * options.budget, "spent {}", e.spent);
    // Marks make the two sides differ: a gold answer is looked for, a prediction is taken whole.
    let marked = ["oxed", "<", "#", "nswer", "答", "∴"].iter().any(|m| gold.contains(m));
    if gold == prediction && !marked && e.prediction.is_some_and(|p| p.kind.is_some()) {
        assert!(!matches!(e.verdict, Verdict::Different), "{:?}", e.rule);
    }
});
