//! `meed recipe`.

mod common;

use common::{Cases, Folder};
use meed::spec::recipes;

#[test]
fn lists_and_shows_every_recipe() {
    let folder = Folder::new();
    let list = folder.good("recipe list").stdout;
    for id in recipes::ids() {
        let line = list.lines().find(|l| l.starts_with("  ") && l.split_whitespace().next() == Some(&id));
        assert!(line.is_some_and(|l| l.len() > id.len() + 25), "`{id}` has no line of what it is");
    }
    let id = "pure";
    let (page, source) = (folder.good("recipe show pure").stdout, recipes::recipe(id).unwrap());
    assert_eq!(folder.good("recipe show pure --source").stdout, source);
    for said in [
        "inputs\n",
        "outputs\n",
        "params\n",
        "temperature ",
        "step_len ",
        "families  credit",
        "paper     Stop Sum",
    ] {
        assert!(page.contains(said), "`{said}` is not on the page:\n{page}");
    }
    assert!(page.ends_with(source.split("\n\n").last().unwrap()), "{page}");
}

#[test]
fn the_pages_in_docs_are_current() {
    let folder = Folder::new();
    folder.good("recipe pages pages");
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recipes");
    let names = |dir: &std::path::Path| {
        let mut names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&folder.path("pages")), names(&kept), "run `meed recipe pages docs/recipes`");
    for name in names(&kept) {
        let (new, old) = (folder.path("pages").join(&name), kept.join(&name));
        let same = std::fs::read(new).unwrap() == std::fs::read(old).unwrap();
        assert!(same, "docs/recipes/{name:?} is not current: run `meed recipe pages docs/recipes`");
    }
}

#[test]
fn a_new_recipe_works_as_it_is() {
    let folder = Folder::new();
    folder.good("recipe new my-own");
    let source = std::fs::read_to_string(folder.path("my-own.star")).unwrap();
    assert!(source.starts_with("\"\"\"my-own: "));
    // Its numbers are right: the same text under the name of a recipe that comes with Meed would do, so score it.
    folder.file("rows.jsonl", "{\"task\":\"a\",\"reward\":1}\n{\"task\":\"a\",\"reward\":0}\n");
    folder.good("score my-own.star rows.jsonl -o out.jsonl --set weight=2");
    let advantage: Vec<f64> =
        folder.rows("out.jsonl").iter().map(|r| common::number(r, "advantage")).collect();
    assert_eq!(advantage, [2.0, -2.0]);
    assert_ne!(folder.meed("recipe new my-own").code, 0, "what is there is not written over");
    assert_ne!(folder.meed("recipe new My_Own").code, 0);
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
