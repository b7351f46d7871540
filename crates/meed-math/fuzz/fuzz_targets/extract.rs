//! Extraction returns spans inside the text, on character boundaries, for any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meed_math::{Extract, extract};

fuzz_target!(|text: &str| {
    for options in [Extract::default(), Extract::BOXED, Extract::MARKED] {
        for e in extract(text, &options) {
            assert!(text.get(e.span.clone()).is_some(), "{e:?}");
            assert!(!e.text.trim().is_empty());
        }
    }
});
