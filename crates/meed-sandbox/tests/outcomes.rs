//! What becomes of programs, in every language this machine has.

mod common;

use std::time::Duration;

use common::{POOL, patient, python, run, stdout};
use meed_sandbox::{
    Asserts, Calls, Error, LANGUAGES, Language, Level, Limits, Outcome, Patched, Pool, Program, Stdio,
    Testing, Tests, Tree,
};
use serde_json::json;

fn names(outcomes: &[Outcome]) -> Vec<&'static str> {
    outcomes.iter().map(Outcome::name).collect()
}

fn asserts(tests: &[&str]) -> Tests {
    Tests::Asserts(Asserts { tests: tests.iter().map(|t| t.to_string()).collect(), ..Asserts::default() })
}

fn graded(source: &str, tests: &[&str]) -> Vec<Outcome> {
    POOL.test(&python(source), &asserts(tests), &patient()).unwrap()
}

#[test]
fn each_assertion_has_an_outcome() {
    let outcomes = graded(
        "def f(x):\n    return 10 // x",
        &["assert f(5) == 2", "assert f(2) == 4", "assert f(0) == 0"],
    );
    assert_eq!(names(&outcomes), ["passed", "wrong_answer", "exception"]);
    assert_eq!(outcomes[1].to_string(), "wrong_answer: got 5, expected 4");
    assert!(outcomes[2].to_string().contains("ZeroDivisionError"), "{}", outcomes[2]);
}

#[test]
fn a_check_function_is_split_into_its_assertions() {
    let test = "def check(candidate):\n    import math\n    assert candidate(1) == 2\n    for i in range(3):\n        assert candidate(i) == i + 1\n    assert True, 'always'\n    x = candidate(5)\n    assert x == 7\n";
    let tests = Tests::Asserts(Asserts {
        tests: vec![test.into()],
        entry_point: Some("inc".into()),
        ..Asserts::default()
    });
    let outcomes = POOL.test(&python("def inc(x):\n    return x + 1"), &tests, &patient()).unwrap();
    assert_eq!(names(&outcomes), ["passed", "passed", "wrong_answer"]);
}

#[test]
fn helpers_of_the_prompt_are_the_tasks_own() {
    let prompt = "def twice(x):\n    return 2 * x\n\ndef f(x):\n    \"\"\"four times\"\"\"\n";
    let tests = Tests::Asserts(Asserts {
        context: prompt.into(),
        tests: vec!["def check(candidate):\n    assert candidate(3) == twice(twice(3))\n".into()],
        entry_point: Some("f".into()),
        ..Asserts::default()
    });
    let honest = POOL.test(&python("def f(x):\n    return 4 * x"), &tests, &patient()).unwrap();
    assert_eq!(names(&honest), ["passed"]);
    // The program's own `twice` does not reach the tests.
    let cheat = POOL
        .test(&python("def twice(x):\n    return 0\ndef f(x):\n    return 0"), &tests, &patient())
        .unwrap();
    assert_eq!(names(&cheat), ["wrong_answer"]);
}

#[test]
fn every_failure_has_its_name() {
    for (body, name) in [
        ("while True: pass", "timeout"),
        ("return [0] * 10**9", "out_of_memory"),
        ("import socket; socket.socket()", "forbidden"),
        ("open('/etc/passwd', 'w')", "forbidden"),
        ("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)", "forbidden"),
        ("import os; os._exit(0)", "exception"),
        ("import os; os.abort()", "exception"),
        ("raise SystemExit(0)", "exception"),
        ("return undefined", "exception"),
        ("import ctypes; ctypes.string_at(0)", "exception"),
    ] {
        let source = format!("def f(x):\n    {body}");
        let wall = Duration::from_millis(if name == "timeout" { 700 } else { 20_000 });
        let limits = patient().with_wall(wall).with_memory(256 << 20);
        let outcomes = POOL.test(&python(&source), &asserts(&["assert f(1) == 1"]), &limits).unwrap();
        assert_eq!(names(&outcomes), [name], "{body}: {outcomes:?}");
    }
    for (source, name) in
        [("def f(x:", "compile_error"), ("import no_such_module", "exception"), ("x = 1", "exception")]
    {
        assert_eq!(names(&graded(source, &["assert f(1) == 1"])), [name], "{source}");
    }
}

#[test]
fn a_test_that_kills_the_program_costs_only_itself() {
    let source = "import os\ndef f(x):\n    if x == 1: os._exit(0)\n    if x == 2:\n        while True: pass\n    return x";
    let limits = patient().with_wall(Duration::from_millis(2000));
    let tests = ["assert f(0) == 0", "assert f(1) == 1", "assert f(2) == 2", "assert f(3) == 3"];
    let outcomes = POOL.test(&python(source), &asserts(&tests), &limits).unwrap();
    assert_eq!(names(&outcomes), ["passed", "exception", "timeout", "passed"]);
    let calls = Calls {
        function: "f".into(),
        cases: (0..4).map(|i| (vec![json!(i)], json!(i))).collect(),
        ..Calls::default()
    };
    let outcomes = POOL.test(&python(source), &Tests::Calls(calls), &limits).unwrap();
    assert_eq!(names(&outcomes), ["passed", "exception", "timeout", "passed"]);
}

#[test]
fn plain_values_cross_with_their_types() {
    let source = "def f(x):\n    return x\ndef kind(x):\n    return type(x).__name__\ndef sort(x):\n    x.sort()\ndef gen(n):\n    yield from range(n)\nclass Pair:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n    def sum(self):\n        return self.a + self.b\ndef total(pairs):\n    return sum(p.sum() for p in pairs)\n";
    let tests = [
        "assert f((1, [2.5, {'a': {1, 2}}, None])) == (1, [2.5, {'a': {1, 2}}, None])",
        "assert f((1, 2)) != [1, 2]",
        "assert f(2**200) == 2**200 and kind(True) == 'bool'",
        "assert f(float('inf')) == float('inf') and f(-0.0) == 0",
        "assert f(b'\\x00x') == b'\\x00x' and f(1 + 2j) == 1 + 2j and f(frozenset([1])) == frozenset([1])",
        "assert f('\\ud800 ü') == '\\ud800 ü'",
        "assert f({(1, 2): 'x', None: 0}) == {(1, 2): 'x', None: 0}",
        "x = [3, 1, 2]\nsort(x)\nassert x == [1, 2, 3]",
        "assert list(gen(3)) == [0, 1, 2]",
        "assert total([Pair(1, 2), Pair(3, 4)]) == 10",
        "p = Pair(1, 2)\nassert p.a == 1 and p.sum() == 3",
        "assert math.isclose(f(0.1) + f(0.2), 0.3)",
    ];
    let outcomes = graded(source, &tests);
    for (test, outcome) in tests.iter().zip(&outcomes) {
        assert!(outcome.passed(), "{test}: {outcome}");
    }
}

#[test]
fn exceptions_that_tests_expect() {
    let test = "try:\n    f(0)\nexcept ZeroDivisionError as e:\n    caught = True\nelse:\n    caught = False\nassert caught";
    assert_eq!(names(&graded("def f(x):\n    return 1 / x", &[test])), ["passed"]);
    assert_eq!(names(&graded("def f(x):\n    return 1", &[test])), ["wrong_answer"]);
}

#[test]
fn bad_tests_are_no_outcome() {
    for tests in [
        asserts(&["assert f(1) =="]),
        Tests::Asserts(Asserts {
            setup: vec!["import no_such_module".into()],
            tests: vec!["assert f(1) == 1".into()],
            ..Asserts::default()
        }),
    ] {
        let result = POOL.test(&python("def f(x):\n    return x"), &tests, &patient());
        assert!(matches!(result, Err(Error::BadTests(_))), "{result:?}");
    }
}

#[test]
fn calls_and_classes() {
    let cases = |f: &str| {
        Tests::Calls(Calls {
            function: f.into(),
            cases: vec![
                (vec![json!([1, 2, 3]), json!(2)], json!([2, 4, 6])),
                (vec![json!([]), json!(0.5)], json!([])),
            ],
            tolerance: 1e-6,
            wrapped: false,
        })
    };
    let solution = "class Solution:\n    def scale(self, xs, k):\n        return tuple(x * k for x in xs)";
    assert_eq!(
        names(&POOL.test(&python(solution), &cases("scale"), &patient()).unwrap()),
        ["passed", "passed"]
    );
    let wrong = "def scale(xs, k):\n    return xs";
    let outcomes = POOL.test(&python(wrong), &cases("scale"), &patient()).unwrap();
    assert_eq!(outcomes[0].to_string(), "wrong_answer: got [1,2,3], expected [2,4,6]");
    assert!(outcomes[1].passed());
    let missing = POOL.test(&python("x = 1"), &cases("scale"), &patient()).unwrap();
    assert_eq!(names(&missing), ["exception", "exception"]);
    let broken = POOL.test(&python("def scale("), &cases("scale"), &patient()).unwrap();
    assert_eq!(names(&broken), ["compile_error", "compile_error"]);
}

/// A program per language that reads two numbers and writes their sum, one that fails, one that does not compile.
const SUMS: [(&str, &str, &str, &str); 8] = [
    ("python", "a, b = map(int, input().split())\nprint(a + b)", "raise ValueError('no')", "print("),
    (
        "javascript",
        "const [a, b] = require('fs').readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number); console.log(a + b)",
        "throw new Error('no')",
        "console.log(",
    ),
    ("bash", "read a b; echo $((a + b))", "echo no >&2; exit 3", "if"),
    (
        "c",
        "#include <stdio.h>\nint main(){int a,b;scanf(\"%d %d\",&a,&b);printf(\"%d\\n\",a+b);}",
        "int main(){return 3;}",
        "int main({",
    ),
    (
        "cpp",
        "#include <iostream>\nint main(){int a,b;std::cin>>a>>b;std::cout<<a+b<<std::endl;}",
        "#include <stdexcept>\nint main(){throw std::runtime_error(\"no\");}",
        "int main({",
    ),
    (
        "rust",
        "fn main(){let mut s=String::new();std::io::stdin().read_line(&mut s).unwrap();let n:Vec<i64>=s.split_whitespace().map(|x|x.parse().unwrap()).collect();println!(\"{}\",n[0]+n[1]);}",
        "fn main(){panic!(\"no\")}",
        "fn main(",
    ),
    (
        "go",
        "package main\nimport \"fmt\"\nfunc main(){var a,b int;fmt.Scan(&a,&b);fmt.Println(a+b)}",
        "package main\nfunc main(){panic(\"no\")}",
        "package main\nfunc main(",
    ),
    (
        "java",
        "import java.util.*;\npublic class Sum { public static void main(String[] x){ Scanner s = new Scanner(System.in); System.out.println(s.nextInt() + s.nextInt()); } }",
        "public class Sum { public static void main(String[] x){ throw new RuntimeException(\"no\"); } }",
        "public class Sum {",
    ),
];

#[test]
fn every_language_here_runs_and_fails_as_it_should() {
    let tests = Tests::Stdio(Stdio {
        cases: vec![("1 2\n".into(), "3\n".into()), ("5 6".into(), "12".into())],
        tolerance: 0.0,
    });
    let limits = Limits::default().with_wall(Duration::from_secs(10));
    let mut tried = 0;
    for (name, good, failing, broken) in SUMS {
        let language = Language::named(name).unwrap();
        if language.runtime().is_err() {
            continue;
        }
        tried += 1;
        let test = |source| POOL.test(&Program { language, source }, &tests, &limits).unwrap();
        let (right, wrong) = (test(good), test(failing));
        assert_eq!(names(&right), ["passed", "wrong_answer"], "{name}: {right:?}");
        assert_eq!(names(&wrong), ["exception", "exception"], "{name}: {wrong:?}");
        let compiles = |source| POOL.compile(&Program { language, source }, &limits).unwrap().name();
        assert_eq!((compiles(good), compiles(broken)), ("passed", "compile_error"), "{name}");
    }
    assert!(tried >= 1 && tried <= LANGUAGES.len());
}

#[test]
fn scripts_behave_as_scripts() {
    let run = |source: &str| run(source);
    assert_eq!(
        stdout(&run("import sys\nif __name__ == '__main__':\n    print(sys.argv, __file__)")),
        "['main.py'] /box/main.py\n"
    );
    assert_eq!(run("import sys; sys.exit(3)").status, Some(3));
    assert_eq!(stdout(&run("import atexit\natexit.register(print, 'bye')\nprint('hi')")), "hi\nbye\n");
    assert_eq!(stdout(&run("import threading\nthreading.Timer(0.05, print, ['late']).start()")), "late\n");
    assert_eq!(
        stdout(&run("import subprocess\nprint(subprocess.run(['echo', 'x'], capture_output=True).stdout)")),
        "b'x\\n'\n"
    );
    assert_eq!(stdout(&run("from multiprocessing import Pipe\nprint(len(Pipe()))")), "2\n");
    assert_eq!(
        stdout(&run(
            "import tempfile\nwith tempfile.NamedTemporaryFile() as f:\n    f.write(b'x')\nprint('ok')"
        )),
        "ok\n"
    );
    assert_eq!(
        stdout(&run("print(hash('a') == hash('a'), {'b', 'a', 'c'} and list({'b', 'a', 'c'}))")),
        stdout(&run("print(hash('a') == hash('a'), {'b', 'a', 'c'} and list({'b', 'a', 'c'}))"))
    );
    let echo = POOL
        .run(
            &python("import sys\nsys.stdout.write(open('/dev/stdin').read())"),
            "ü".repeat(300_000).as_bytes(),
            &patient(),
        )
        .unwrap();
    assert_eq!(echo.stdout.len(), 600_000, "{}", String::from_utf8_lossy(&echo.stderr));
}

#[test]
fn patch_and_test() {
    let tree = Tree(
        [
            ("lib.py", "def f(x):\n    return x\n"),
            ("tests/test.py", "import sys\nsys.path.insert(0, '.')\nfrom lib import f\nassert f(2) == 4\n"),
        ]
        .map(|(p, t)| (p.to_string(), t.as_bytes().to_vec()))
        .into(),
    );
    let protected = ["tests".to_string()];
    let outcome = |patch: &str| {
        let patched = Patched {
            tree: &tree,
            patch,
            protected: &protected,
            testing: Testing::Python(&["tests/test.py"]),
            language: Language::python(),
        };
        POOL.patch_and_test(&patched, &patient()).unwrap().name()
    };
    let change = |to: &str| {
        format!("--- a/lib.py\n+++ b/lib.py\n@@ -1,2 +1,2 @@\n def f(x):\n-    return x\n+    {to}\n")
    };
    assert_eq!(outcome(&change("return 2 * x")), "passed");
    assert_eq!(outcome(&change("return 3 * x")), "exception");
    assert_eq!(outcome(""), "exception");
    assert_eq!(outcome("--- a/lib.py\n+++ b/lib.py\n@@ -1 +1 @@\n-nothing\n+such\n"), "compile_error");
    assert_eq!(
        outcome("--- a/tests/test.py\n+++ b/tests/test.py\n@@ -4 +4 @@\n-assert f(2) == 4\n+pass\n"),
        "tampering"
    );
    assert_eq!(outcome(&change("open('tests/test.py', 'w').write(''); return x")), "forbidden");
}

#[test]
fn cold_runs_are_the_same() {
    let pool = Pool::cold(1, Level::Full).unwrap();
    let source = "def f(x):\n    return 2 * x";
    let outcomes =
        pool.test(&python(source), &asserts(&["assert f(1) == 2", "assert f(1) == 3"]), &patient()).unwrap();
    assert_eq!(names(&outcomes), ["passed", "wrong_answer"]);
    assert_eq!(stdout(&pool.run(&python("print(input())"), b"x\n", &patient()).unwrap()), "x\n");
}

#[test]
fn the_restricted_level_runs_and_is_said() {
    let pool = Pool::new(1, Level::Restricted).unwrap();
    assert_eq!(pool.level(), Level::Restricted);
    // Nobody cannot read what is installed in root's own directory, and there is no mount to show it.
    if Language::python().runtime().unwrap().tool.starts_with("/usr") {
        let source = "def f(x):\n    return 2 * x";
        let tests = asserts(&["assert f(1) == 2", "assert f(1) == 3"]);
        assert_eq!(
            names(&pool.test(&python(source), &tests, &patient()).unwrap()),
            ["passed", "wrong_answer"]
        );
    }
    let bash = |source: &str| {
        let language = Language::named("bash").unwrap();
        pool.run(&Program { language, source }, b"", &patient()).unwrap()
    };
    assert_eq!(stdout(&bash("echo x > file; cat file")), "x\n");
    let secret = std::env::temp_dir().join(format!("meed-secret-{}", std::process::id()));
    std::fs::write(&secret, "secret").unwrap();
    let run = bash(&format!("cat {}", secret.to_str().unwrap()));
    std::fs::remove_file(&secret).unwrap();
    assert!(run.failure.is_some(), "{run:?}");
    for source in ["echo > /dev/tcp/127.0.0.1/1", "setsid true", "kill -9 $PPID", "echo x > /tmp/meed-escape"]
    {
        assert!(bash(source).failure.is_some(), "{source}");
    }
}

/// The process of the tests may serve the next program, so what tests change must end with it.
#[test]
fn tests_do_not_see_what_other_tests_did() {
    let pool = Pool::new(1, Level::Full).unwrap();
    let outcome = |tests: &[&str]| {
        let outcomes = pool.test(&python("def f(x): return x"), &asserts(tests), &patient()).unwrap();
        outcomes.iter().map(Outcome::name).collect::<Vec<_>>().join(" ")
    };
    for meddling in [
        "import math\nmath.pi = 4",
        "import builtins\nbuiltins.sorted = lambda x: 7",
        "import sys\nsys.modules.pop('math')",
        "import sys\nsys.setrecursionlimit(60)",
        "import os\nos.environ['X'] = '1'",
        "__builtins__['sorted'] = lambda x: 7",
        "exec('import math; math.pi = 4')",
        "import random\nrandom.seed(7)\nrandom.random()",
        "sorted = lambda x: 7\nx = 1",
    ] {
        assert_eq!(outcome(&[meddling, "assert f(1) == 1"]), "passed passed", "{meddling}");
        let looking = [
            "import math\nassert f(math.pi) < 3.2",
            "assert sorted([2, 1]) == [1, 2]",
            "import sys\nassert sys.getrecursionlimit() > 500",
            "import os\nassert 'X' not in os.environ",
            "import random\nassert random.random() == 0.8444218515250481",
            "assert 'x' not in globals()",
        ];
        assert_eq!(outcome(&looking), ["passed"; 6].join(" "), "{meddling}");
    }
}

#[test]
fn groups_of_responses_share_their_tests() {
    let pool = Pool::new(1, Level::Full).unwrap();
    for round in 0..3 {
        for (body, expected) in [
            ("return x", "passed"),
            ("return 2", "wrong_answer"),
            ("import os; os._exit(1)", "exception"),
            ("while True: pass", "timeout"),
        ] {
            let tests = asserts(&["assert f(1) == 1"]);
            let limits = Limits::default().with_wall(Duration::from_millis(if expected == "timeout" {
                300
            } else {
                20_000
            }));
            let outcomes = pool.test(&python(&format!("def f(x):\n    {body}")), &tests, &limits).unwrap();
            assert_eq!(names(&outcomes), [expected], "{round}");
        }
    }
}
