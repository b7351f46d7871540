//! What is said about specs that are wrong: file, line, caret, what was found, what to write.

mod common;

use common::{Cases, Folder};

const ROWS: &str = r#"{"task":"a","completion":"x 4","answer":"4","prm":[0.1,0.2],"logp":[-1,-2,-3],"score":1}
{"task":"a","completion":"y 5","answer":"4","prm":[0.3],"logp":[-1],"score":0}
{"task":"b","completion":"z 7","answer":"7","prm":[0.3],"logp":[-1],"score":0}
{"task":"b","completion":"w 7","answer":"7","prm":[],"logp":[-1],"score":0}
"#;

/// Scores the rows with each spec: title, spec, further arguments.
fn said(cases: &[(&str, &str, &str)]) -> String {
    let mut said = Cases::default();
    for (title, spec, args) in cases {
        let folder = Folder::new();
        folder.file("rows.jsonl", ROWS).file("reward.star", spec);
        let ran = folder.meed(&format!("score reward.star rows.jsonl -o out.jsonl {args}"));
        if ran.code != 0 {
            assert!(
                !folder.names().iter().any(|n| n.starts_with("out")),
                "{title} left {:?}",
                folder.names()
            );
        }
        said.add(title, &format!("{spec}\n{args}"), &ran);
    }
    said.text().to_string()
}

#[test]
fn names_that_are_not_there() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("a misspelt column", r#"reward = col("scroe")"#, ""),
        ("a column as a bare name", "reward = scroe", ""),
        ("a misspelt word", "reward = numbr()", ""),
        ("a word that follows a dot", "reward = mean(number(), \"group\")", ""),
        ("a function after a dot", "reward = col(\"score\").isin([1])", ""),
        ("a word from nowhere", "reward = frobnicate(text)", ""),
        ("a misspelt word after a dot", "r = number()\nreward = r - r.maen(\"group\")", ""),
        ("a misspelt argument", "r = number()\nreward = r.mean(\"group\", wheer = r > 0)", ""),
        ("a misspelt argument of a scorer", "reward = number(txt = text)", ""),
        ("a misspelt choice", "reward = number().rank(\"group\", ties = \"avrage\")", ""),
        ("too many arguments", "reward = number().or_else(1, 2, 3)", ""),
        ("an argument missing", "reward = number().quantile(\"group\")", ""),
        ("an argument of another kind", "reward = number().z(\"group\", eps = \"small\")", ""),
    ]));
}

#[test]
fn axes_that_do_not_line_up() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("an unknown axis", "reward = number().mean(\"gruop\")", ""),
        ("a reduction to an axis below", "reward = number().mean(\"step\")", ""),
        ("a reduction to the own axis", "reward = number().mean(\"rollout\")", ""),
        ("axes side by side", "reward = prm + logp", ""),
        ("steps where rollouts are paired", "reward = pairs(\"group\").left(prm)", ""),
        ("a column on another axis", "reward = col(\"score\", axis = \"step\")", ""),
        (
            "a lane that is not there",
            "models = lanes({\"right\": number(), \"score\": col(\"score\")})\nreward = models.lane(\"rigth\")",
            "",
        ),
        (
            "lanes that differ",
            "a = lanes({\"x\": number(), \"y\": number()})\nb = lanes({\"x\": number(), \"z\": number()})\nreward = a + b",
            "",
        ),
    ]));
}

#[test]
fn values_of_another_kind() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("arithmetic with text", "reward = text + 1", ""),
        ("text compared with a number", "reward = answer == 4", ""),
        ("text in an order", "reward = text < \"a\"", ""),
        ("the mean of text", "reward = text.mean(\"group\")", ""),
        ("text looked for among numbers", "reward = isin(col(\"score\"), [\"a\"])", ""),
        ("a constant that is not a number", "reward = number() * float(\"nan\")", ""),
        ("infinity less infinity", "reward = number() * (inf - inf)", ""),
        ("a list in arithmetic", "reward = number() + [1, 2]", ""),
        ("a signal called", "r = number()\nreward = r(2)", ""),
        ("a pattern that is broken", "reward = matches(\"[a\")", ""),
        ("a pattern with look-around", "reward = matches(\"(?=a)b\")", ""),
    ]));
}

#[test]
fn signals_as_conditions() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("if", "correct = number()\nreward = 1\nif correct:\n    reward = correct\n", ""),
        ("and", "correct = number()\nreward = correct and col(\"score\")\n", ""),
        ("not", "reward = where(not number(), 0, 1)", ""),
        (
            "if inside a function",
            "def bonus(x):\n    y = x + 1\n    if y > 1:\n        return 1\n    return 0\n\nreward = number() * bonus(col(\"score\"))\n",
            "",
        ),
        ("in", "reward = number() if number() in [1, 2] else 0\n", ""),
    ]));
}

#[test]
fn knobs() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("declared twice", "a = param(\"a\", 1)\nb = param(\"a\", 2)\nreward = number() * a * b", ""),
        ("a signal as default", "a = param(\"a\", number())\nreward = number() * a", ""),
        ("a default that is not a number", "a = param(\"a\", float(\"nan\"))\nreward = number() * a", ""),
        (
            "set but not declared",
            "weight = param(\"weight\", 1)\nreward = number() * weight",
            "--set wieght=2"
        ),
        ("set without any", "reward = number()", "--set weight=2"),
        ("set to a text", "weight = param(\"weight\", 1)\nreward = number() * weight", "--set weight=big"),
        ("set to a number", "on = param(\"on\", True)\nreward = number() if on else text", "--set on=2"),
        (
            "set twice",
            "weight = param(\"weight\", 1)\nreward = number() * weight",
            "--set weight=1 --set weight=2"
        ),
        ("set without a value", "weight = param(\"weight\", 1)\nreward = number() * weight", "--set weight"),
        ("never used", "weight = param(\"weight\", 1)\nreward = number()", ""),
    ]));
}

#[test]
fn files() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("an open bracket", "reward = number(", ""),
        ("a broken function", "reward = number()\ndef f(:\n    pass\n", ""),
        ("a tab in the line", "def f():\n\treturn numbr()\nreward = f()\n", ""),
        ("no output", "_reward = number()\nx = 1", ""),
        ("a recipe that is not there", "load(\"@recipes//grop.star\", \"reward\")\nreward2 = reward + 1", ""),
        ("a file that is not there", "load(\"missing.star\", \"x\")\nreward = number()", ""),
        ("an absolute path", "load(\"/etc/hostname\", \"x\")\nreward = number()", ""),
        ("a spec that loads itself", "load(\"reward.star\", \"x\")\nreward = number()", ""),
        (
            "a spec that loads itself by another path",
            "load(\"./././reward.star\", \"x\")\nreward = number()",
            ""
        ),
        (
            "a name the file does not have",
            "load(\"@recipes//grpo.star\", \"advantag\")\nreward = advantag",
            ""
        ),
    ]));
    let folder = Folder::new();
    folder.file("rows.jsonl", ROWS).file("latin.star", b"# caf\xe9\nreward = number()\n");
    let mut said = Cases::default();
    for args in ["score latin.star rows.jsonl", "score nowhere.star rows.jsonl", "score grop rows.jsonl"] {
        said.add(args, "", &folder.meed(args));
    }
    insta::assert_snapshot!("spec_files", said.text());
}

#[test]
fn errors_inside_loaded_files_say_who_called() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder
        .file("rows.jsonl", ROWS)
        .file("lib.star", "def against(x, axis):\n    return x - x.mean(axis)\n\ndef scaled(x):\n    return 2 * against(x, \"stp\")\n")
        .file("reward.star", "load(\"lib.star\", \"scaled\")\n\nr = number()\nreward = scaled(r)\n");
    insta::assert_snapshot!(folder.meed("score reward.star rows.jsonl").text());
    folder.file("lib.star", "def scaled(x):\n    return 2 * * x\n");
    insta::assert_snapshot!("loaded_file_broken", folder.meed("score reward.star rows.jsonl").text());
    folder.file("lib.star", "def scaled(x):\n    return x if x else 1\n");
    insta::assert_snapshot!("loaded_file_condition", folder.meed("score reward.star rows.jsonl").text());
}

#[test]
fn programs_that_go_wrong() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        ("a loop without end", "n = 0\nfor i in range(1000000000):\n    n += i\nreward = number() * n", ""),
        (
            "a loop without end in a function",
            "def f():\n    n = 0\n    for i in range(1000000000):\n        n += i\n    return n\n\nreward = number() * f()",
            "",
        ),
        (
            "a list without end",
            "x = []\nfor i in range(1000000000):\n    x.append([i] * 100)\nreward = number()",
            ""
        ),
        ("recursion", "def f(n):\n    return f(n + 1)\n\nreward = number() * f(1)", ""),
        ("fail", "def f(n):\n    fail(\"n is\", n)\n\nreward = number() * f(1)", ""),
        (
            "map with a function that fails for some",
            "def length(t):\n    if \"5\" in t:\n        fail(\"no fives\")\n    return len(t)\n\nreward = map(length, text)",
            "",
        ),
        (
            "map with a function that loops",
            "def slow(t):\n    n = 0\n    if \"5\" in t:\n        for i in range(2000000000):\n            n += 1\n    return n\n\nreward = map(slow, text)",
            "",
        ),
        ("map with a function that gives lists", "reward = map(lambda t: [1, 2], text)", ""),
        ("map with the wrong number of arguments", "reward = map(lambda a, b: 1, text)", ""),
        ("map without a function", "reward = map(text)", ""),
        ("map with a misspelt argument", "reward = map(lambda t: 1, text, knd = \"text\")", ""),
    ]));
}
