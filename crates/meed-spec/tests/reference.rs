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

#[test]
fn every_argument_can_be_named() {
    // Neither Starlark nor Python lets these stand before `=`.
    let reserved = "and as assert async await break class continue def del elif else except False finally for from \
                    global if import in is lambda load None nonlocal not or pass raise return True try while with yield";
    for entry in meed_spec::reference::entries() {
        for arg in entry.word.args {
            let name = arg.name.split('=').next().unwrap_or(arg.name);
            assert!(!reserved.split(' ').any(|r| r == name), "`{name}` of `{}`", entry.word.name);
        }
    }
}
