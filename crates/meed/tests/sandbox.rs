//! `meed sandbox` and the scorers that run programs, from the command line.

mod common;

use common::Folder;

#[test]
fn the_doctor_shows_layers_and_languages() {
    let said = Folder::new().meed("sandbox doctor").stdout;
    for word in ["isolation", "Landlock", "python", "java", "rust"] {
        assert!(said.lines().any(|line| line.starts_with(word)), "{word}: {said}");
    }
}

#[test]
fn tests_of_tasks_are_found_in_files() {
    let folder = Folder::new();
    folder.file(
        "tasks.jsonl",
        r#"{"prompt": "def f(x):\n    \"\"\"one more\"\"\"\n", "test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n", "entry_point": "f", "completions": ["    return x + 1\n", "```python\ndef f(x):\n    return 2\n```"]}
"#,
    );
    folder.file("spec.star", "reward = code_tests()\nshare = code_tests(per = \"test\").mean(\"rollout\")\nwhy = code_tests(give = \"outcome\")\n");
    folder.good("score spec.star tasks.jsonl -o out.jsonl");
    let rows = folder.rows("out.jsonl");
    assert_eq!(rows[0]["reward"], serde_json::json!([1, 0]));
    assert_eq!(rows[0]["share"], serde_json::json!([1, 0.5]));
    assert_eq!(rows[0]["why"], serde_json::json!(["passed", "wrong_answer"]));
}

#[test]
fn lists_of_assertions_are_one_value_of_a_task() {
    let folder = Folder::new();
    folder.file(
        "rows.jsonl",
        r#"{"task_id": 1, "response": "def f(x):\n    return x", "test_list": ["assert f(1) == 1", "assert f(2) == 2"]}
{"task_id": 1, "response": "def f(x):\n    return 1", "test_list": ["assert f(1) == 1", "assert f(2) == 2"]}
"#,
    );
    folder.file("spec.star", "reward = code_tests(per = \"test\").mean(\"rollout\")\n");
    folder.good("score spec.star rows.jsonl -o out.jsonl");
    let rewards: Vec<_> = folder.rows("out.jsonl").iter().map(|row| row["reward"].as_f64()).collect();
    assert_eq!(rewards, [Some(1.0), Some(0.5)]);
}
