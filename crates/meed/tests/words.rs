//! `meed words` and `meed help`.

mod common;

use common::{Cases, Folder};
use meed::spec::reference;

#[test]
fn every_word_is_listed_and_explained() {
    let folder = Folder::new();
    let list = folder.good("words").stdout;
    let page = folder.good("words --markdown").stdout;
    for entry in reference::entries() {
        let title = entry.title();
        let line = list
            .lines()
            .filter(|l| l.starts_with("  "))
            .find(|l| l.split_whitespace().next() == Some(&title));
        assert!(line.is_some_and(|l| l.contains(entry.word.summary)), "`{title}` is not listed");
        assert!(page.contains(&entry.signature), "`{title}` is not in the reference");
        let help = entry.text();
        assert!(help.contains(&entry.signature) && help.contains("Examples"), "{help}");
    }
}

#[test]
fn helps_with_words() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    let mut said = Cases::default();
    for args in [
        "help mean",
        "help min",
        "help tags",
        "help lenght",
        "help meen",
        "help xyzzy",
        "help .mean",
        "help length",
    ] {
        said.add(args, "", &folder.meed(args));
    }
    insta::assert_snapshot!(said.text());
}
