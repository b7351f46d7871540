//! The printed reference and the stubs for Python are those the words make.

#[test]
fn docs_language_md_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/language.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == meed_spec::reference::markdown(),
        "docs/language.md is out of date: run `cargo run --release -p meed -- words --markdown > docs/language.md`"
    );
}

#[test]
fn python_stubs_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/meed/_words.pyi");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == meed_spec::reference::python_stubs(),
        "the stubs are out of date: run `cargo run --release -p meed -- words --stubs > python/meed/_words.pyi`"
    );
}
