//! Any text parses or fails within its budget; keys never panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meed_math::{Answer, answer_key};

fuzz_target!(|text: &str| {
    if let Ok(a) = Answer::parse(text, 200_000) {
        assert!(!a.value.kind().is_empty());
        answer_key(&a);
    }
});
