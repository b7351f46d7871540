//! `meed recipe`.

mod common;

use common::{Cases, Folder};
use meed::spec::recipes;

#[test]
fn lists_and_shows_every_recipe() {
    let folder = Folder::new();
    let list = folder.good("recipe list").stdout;
    assert_eq!(list.lines().count(), recipes::ids().len());
    for id in recipes::ids() {
        let line = list.lines().find(|l| l.split_whitespace().next() == Some(&id));
        assert!(line.is_some_and(|l| l.len() > id.len() + 10), "`{id}` has no line of what it is");
        assert_eq!(folder.good(&format!("recipe show {id}")).stdout, recipes::recipe(&id).unwrap());
    }
}

#[test]
fn a_recipe_scores_by_its_name() {
    let folder = Folder::new();
    folder.file(
        "rows.jsonl",
        "{\"task\":\"a\",\"reward\":1}\n{\"task\":\"a\",\"reward\":0}\n{\"task\":\"b\",\"reward\":1}\n",
    );
    folder.good("score grpo rows.jsonl -o out.jsonl");
    let rows = folder.rows("out.jsonl");
    let advantage: Vec<f64> = rows.iter().map(|r| common::number(r, "advantage")).collect();
    assert!(
        (advantage[0] + advantage[1]).abs() < 1e-12 && advantage[0] > 0.7 && advantage[2] == 0.0,
        "{advantage:?}"
    );
    folder.file("own.star", "load(\"@recipes//grpo.star\", \"advantage\")\n\ntwice = 2 * advantage\n");
    folder.good("score own.star rows.jsonl -o own.jsonl");
    for (own, plain) in folder.rows("own.jsonl").iter().zip(&rows) {
        assert_eq!(common::number(own, "twice"), 2.0 * common::number(plain, "advantage"));
    }
}

#[test]
fn names_that_are_not_there() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    std::fs::create_dir(folder.path("vectors")).unwrap();
    let mut said = Cases::default();
    for args in [
        "recipe show grop",
        "recipe show nothing-like-it",
        "recipe test nothing-like-it",
        "recipe test --vectors nowhere",
        "recipe test --vectors vectors",
        "recipe show ../../Cargo.toml",
        "recipe frobnicate",
    ] {
        said.add(args, "", &folder.meed(args));
    }
    insta::assert_snapshot!(said.text());
}

#[test]
fn a_broken_numeric_example_is_named() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    std::fs::create_dir(folder.path("vectors")).unwrap();
    folder.file("vectors/grpo--broken.json", "{\"id\": \"grpo\",");
    let ran = folder.meed("recipe test --vectors vectors");
    assert_ne!(ran.code, 0);
    insta::assert_snapshot!(ran.text());
}
