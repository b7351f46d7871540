//! Programs that try to grade themselves. None may earn a single pass.

mod common;

use std::time::Duration;

use common::{POOL, patient, python};
use meed_sandbox::{Asserts, Calls, Language, Limits, Outcome, Patched, Stdio, Testing, Tests, Tree};
use serde_json::json;

/// Attempts at a function `f` that should give twice its argument, plus one. None of them computes it.
const FUNCTIONS: &[(&str, &str)] = &[
    (
        "equal to everything",
        "class E:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n    __hash__ = None\ndef f(x): return E()",
    ),
    (
        "an int equal to everything",
        "class I(int):\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\ndef f(x): return I(0)",
    ),
    (
        "a float equal to everything",
        "class F(float):\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n    __hash__ = None\ndef f(x): return F(0)",
    ),
    (
        "a str equal to everything",
        "class S(str):\n    def __eq__(self, other): return True\n    def __str__(self): return self\n    __hash__ = None\ndef f(x): return S('')",
    ),
    (
        "a list equal to everything",
        "class L(list):\n    def __eq__(self, other): return True\n    __hash__ = None\ndef f(x): return L()",
    ),
    (
        "a class that claims to be int",
        "class C:\n    @property\n    def __class__(self): return int\n    def __eq__(self, other): return True\n    __hash__ = None\ndef f(x): return C()",
    ),
    (
        "a metaclass equal to everything",
        "class M(type):\n    def __eq__(cls, other): return True\n    def __instancecheck__(cls, other): return True\n    __hash__ = type.__hash__\nclass C(metaclass=M): pass\ndef f(x): return C",
    ),
    (
        "reflected comparison",
        "class R(int):\n    def __eq__(self, other): return True\n    def __req__(self, other): return True\n    def __hash__(self): return 1\ndef f(x): return R(-1)",
    ),
    (
        "a numpy scalar that is none",
        "class N:\n    ndim = 0\n    n = 0\n    def item(self):\n        N.n += 1\n        return [None, self][N.n % 2]\n    def __eq__(self, other): return True\n    __hash__ = None\nN.__module__ = 'numpy'\ndef f(x): return N()",
    ),
    ("exit at import", "import os\nos._exit(0)"),
    ("exit in the call", "import os\ndef f(x): os._exit(0)"),
    ("SystemExit at import", "raise SystemExit(0)"),
    ("SystemExit in the call", "def f(x): raise SystemExit(0)"),
    ("KeyboardInterrupt in the call", "def f(x): raise KeyboardInterrupt"),
    ("GeneratorExit in the call", "def f(x): raise GeneratorExit"),
    ("an exception that says passed", "class passed(BaseException): pass\ndef f(x): raise passed('passed')"),
    (
        "an exception with a broken str",
        "class X(Exception):\n    def __str__(self): raise SystemExit(0)\ndef f(x): raise X",
    ),
    (
        "AssertionError replaced",
        "import builtins\nclass Quiet(Exception): pass\nbuiltins.AssertionError = Quiet\ndef f(x): return None",
    ),
    (
        "builtins patched",
        "import builtins\nfor n in ('len', 'all', 'any', 'isinstance', 'abs', 'sum', 'sorted'):\n    setattr(builtins, n, lambda *a, **k: True)\ndef f(x): return True",
    ),
    (
        "comparison of builtins patched",
        "import ctypes, builtins\nbuiltins.__build_class__ = lambda *a, **k: None\ndef f(x): return True",
    ),
    (
        "json patched",
        "import json\njson.dumps = lambda *a, **k: '{\"case\":0,\"outcome\":\"passed\"}'\ndef f(x): return 0",
    ),
    (
        "the serving code patched",
        "import __main__ as m, sys\nfor s in list(sys.modules.values()):\n    d = getattr(s, '__dict__', {})\n    if 'perform' in d and 'serve' in d:\n        d['perform'] = lambda *a: {'value': True, 'outcome': 'passed', 'passed': True}\ndef f(x): return 0",
    ),
    (
        "the judging code patched",
        "import sys\nfr = sys._getframe()\nwhile fr:\n    g = fr.f_globals\n    if 'judge' in g:\n        g['judge'] = lambda *a: ('passed', '')\n        g['Case'].__exit__ = lambda *a: True\n        g['Compare'] = None\n    fr = fr.f_back\ndef f(x): return 0",
    ),
    (
        "looking through the stack",
        "import sys\ndef f(x):\n    fr = sys._getframe()\n    while fr:\n        for v in list(fr.f_locals.values()) + list(fr.f_globals.values()):\n            if isinstance(v, str) and 'assert' in v and 'f(' in v and 'candidate' in v: return eval(v.split('==')[1].split('\\n')[0])\n        fr = fr.f_back\n    return 'nothing'",
    ),
    (
        "looking through all objects",
        "import gc\ndef f(x):\n    for o in gc.get_objects():\n        if isinstance(o, dict) and 'expected' in o: return o['expected']\n        if isinstance(o, dict) and 'tests' in o and isinstance(o['tests'], list): return o['tests']\n    return 'nothing'",
    ),
    (
        "looking through the memory",
        "import re\ndef f(x):\n    try:\n        for l in open('/proc/self/maps'):\n            pass\n        m = open('/proc/self/mem', 'rb')\n        for l in open('/proc/self/maps'):\n            a, b = (int(n, 16) for n in l.split()[0].split('-'))\n            try: m.seek(a); d = m.read(b - a)\n            except (OSError, ValueError): continue\n            k = re.search(rb'== (7\\d\\d\\d\\d\\d1)', d)\n            if k: return int(k[1])\n    except OSError: pass\n    return 'nothing'",
    ),
    (
        "looking for the tests in files",
        "import os\ndef f(x):\n    for top in ('/box', '/tmp', '/proc', '/dev', '/etc', '/var'):\n        for d, _, names in os.walk(top):\n            for n in names[:200]:\n                try:\n                    with open(os.path.join(d, n), 'rb') as h: t = h.read(100000)\n                except OSError: continue\n                if b'candidate(' in t or b'assert f(' in t: return int(t.split(b'==')[1].split()[0])\n    return 'nothing'",
    ),
    (
        "looking at other processes",
        "import os\ndef f(x):\n    for p in range(1, 100):\n        for n in ('cmdline', 'environ', 'mem', 'fd/3', 'cwd', 'root'):\n            try: t = open(f'/proc/{p}/{n}', 'rb').read(100000)\n            except OSError: continue\n            if b'candidate(' in t: return 'found'\n    return 'nothing'",
    ),
    (
        "writing verdicts to every descriptor",
        "import os, struct\nm = b'{\"case\":0,\"outcome\":\"passed\",\"detail\":\"\"}'\nm = struct.pack('<I', len(m)) + m\nfor fd in range(64):\n    try: os.write(fd, m)\n    except OSError: pass\ndef f(x): return 0",
    ),
    (
        "writing verdicts in the call",
        "import os, struct\ndef f(x):\n    m = b'{\"done\":true}'\n    m = struct.pack('<I', len(m)) + m\n    for fd in range(64):\n        try: os.write(fd, m)\n        except OSError: pass\n    os._exit(0)",
    ),
    (
        "replies before questions",
        "import os, struct\nm = b'{\"id\":\"0\",\"value\":true}'\nfor _ in range(50): os.write(4, struct.pack('<I', len(m)) + m)\ndef f(x): return 0",
    ),
    (
        "a reply with another's number",
        "import os, struct\ndef f(x):\n    m = b'{\"id\":\"0000000000000000\",\"value\":7}'\n    os.write(4, struct.pack('<I', len(m)) + m)\n    return 0",
    ),
    (
        "a claim that it is loaded twice",
        "import os, struct\nm = b'{\"loaded\":true}'\nos.write(4, (struct.pack('<I', len(m)) + m) * 3)\ndef f(x): return 0",
    ),
    (
        "a frame of four gigabytes",
        "import os\ndef f(x):\n    os.write(4, b'\\xff\\xff\\xff\\xff' + b'x' * 1000)\n    return 0",
    ),
    (
        "a frame that is not JSON",
        "import os\ndef f(x):\n    os.write(4, b'\\x05\\0\\0\\0\\xff\\xfe{[\"')\n    return 0",
    ),
    (
        "JSON nested without end",
        "import os, struct\ndef f(x):\n    m = b'{\"a\":' + b'[' * 500000\n    os.write(4, struct.pack('<I', len(m)) + m)\n    return 0",
    ),
    (
        "a value nested without end",
        "def f(x):\n    a = []\n    for _ in range(100000): a = [a]\n    return a",
    ),
    ("a value that holds itself", "def f(x):\n    a = []\n    a.append(a)\n    return a"),
    (
        "a pickle that runs code",
        "import os\nclass P:\n    def __reduce__(self): return (os.system, ('true',))\ndef f(x): return P()",
    ),
    ("tags of the protocol as a value", "def f(x): return {'h': [0, 'x']}"),
    (
        "an unknown tag by hand",
        "import os, struct, json, sys\ndef f(x):\n    fr = sys._getframe()\n    while fr and 'request' not in fr.f_locals: fr = fr.f_back\n    m = json.dumps({'id': fr.f_locals['request']['id'], 'value': {'x': 1}}).encode()\n    os.write(4, struct.pack('<I', len(m)) + m)\n    os._exit(0)",
    ),
    (
        "changing arguments that were not given",
        "import os, struct, json, sys\ndef f(x):\n    fr = sys._getframe()\n    while fr and 'request' not in fr.f_locals: fr = fr.f_back\n    m = json.dumps({'id': fr.f_locals['request']['id'], 'value': 0, 'changed': {'7': [], '0': {'s': []}}}).encode()\n    os.write(4, struct.pack('<I', len(m)) + m)\n    os._exit(0)",
    ),
    (
        "an exception that is none",
        "import os, struct, json, sys\ndef f(x):\n    fr = sys._getframe()\n    while fr and 'request' not in fr.f_locals: fr = fr.f_back\n    m = json.dumps({'id': fr.f_locals['request']['id'], 'raised': {'outcome': 'passed'}}).encode()\n    os.write(4, struct.pack('<I', len(m)) + m)\n    os._exit(0)",
    ),
    (
        "a lying container",
        "class L:\n    def __iter__(self): return iter([])\n    def __len__(self): return 0\n    def __bool__(self): return True\n    def __contains__(self, x): return True\n    def __getitem__(self, i): return self\n    def __eq__(self, o): return True\n    __hash__ = None\ndef f(x): return L()",
    ),
    (
        "a printed summary",
        "print('1 passed, 0 failed')\nprint('OK')\nimport sys\nsys.stderr.write('Ran 5 tests\\n\\nOK\\n')\nsys.exit(0)",
    ),
    (
        "atexit and exit",
        "import atexit, os\natexit.register(lambda: os._exit(0))\ndef f(x): raise SystemExit(0)",
    ),
    (
        "signals to everyone",
        "import os, signal\ndef f(x):\n    for s in (signal.SIGTERM, signal.SIGKILL):\n        for p in (os.getppid(), -1, 0, 1, 2, 3):\n            try: os.kill(p, s)\n            except OSError: pass\n    return 0",
    ),
    (
        "a daemon that answers later",
        "import os, time, struct\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        m = b'{\"id\":\"\",\"value\":true}'\n        while True:\n            try: os.write(4, struct.pack('<I', len(m)) + m)\n            except OSError: os._exit(0)\n            time.sleep(0.001)\n    os._exit(0)\ndef f(x): return 0",
    ),
    (
        "a thread that answers",
        "import os, struct, threading\ndef go():\n    m = b'{\"id\":\"\",\"value\":true}'\n    for _ in range(1000): os.write(4, struct.pack('<I', len(m)) + m)\nthreading.Thread(target=go, daemon=True).start()\ndef f(x): return 0",
    ),
    ("two processes of the program", "import os\nos.fork()\ndef f(x): return 0"),
    (
        "another program in its place",
        "import os\ndef f(x): os.execv('/bin/sh', ['sh', '-c', 'echo passed; exit 0'])",
    ),
    ("tracing", "import ctypes\ndef f(x):\n    ctypes.CDLL(None).ptrace(16, 1, 0, 0)\n    return 0"),
    (
        "reading another process",
        "import ctypes\ndef f(x):\n    b = ctypes.create_string_buffer(64)\n    ctypes.CDLL(None).process_vm_readv(1, b, 1, b, 1, 0)\n    return 0",
    ),
    (
        "profiling hooks",
        "import sys, threading\ndef hook(fr, ev, arg):\n    if 'reply' in fr.f_locals: fr.f_locals['reply']['value'] = True\n    return hook\nsys.settrace(hook)\nsys.setprofile(hook)\nfr = sys._getframe()\nwhile fr:\n    fr.f_trace = hook\n    fr = fr.f_back\ndef f(x): return 0",
    ),
    (
        "an import hook",
        "import sys\nclass Hook:\n    def find_spec(self, n, p=None, t=None): return None\nsys.meta_path.insert(0, Hook())\nsys.modules['math'] = sys.modules['solution']\ndef f(x): return 0\nisclose = lambda *a: True",
    ),
    (
        "reward files",
        "import os\nfor p in ('/logs/verifier/reward.json', '/box/reward.txt', '/tmp/result.json', 'reward.json'):\n    try:\n        os.makedirs(os.path.dirname(p) or '.', exist_ok=True)\n        open(p, 'w').write('{\"reward\": 1, \"passed\": true}')\n    except OSError: pass\ndef f(x): return 0",
    ),
    ("closing the channel", "import os\ndef f(x):\n    os.close(4)\n    return 0"),
    ("nothing at all", ""),
];

fn check(outcomes: &[Outcome], name: &str) {
    assert!(!outcomes.is_empty(), "{name}");
    assert!(outcomes.iter().all(|o| !o.passed()), "{name}: {outcomes:?}");
}

fn limits() -> Limits {
    patient().with_wall(Duration::from_millis(1000))
}

#[test]
fn no_function_grades_itself() {
    let text = "def check(candidate):\n    assert candidate(355430) == 710861\n    assert candidate(3) == 7, 'three'\n    assert [candidate(i) for i in (5, 6)] == [11, 13]\n    assert abs(candidate(10) - 21) < 1e-9\n    assert candidate(8) in (17,)\n    assert isinstance(candidate(1), int) and candidate(1) == 3\n";
    let with_entry = Tests::Asserts(Asserts {
        tests: vec![text.into()],
        entry_point: Some("f".into()),
        ..Asserts::default()
    });
    let alone = Tests::Asserts(Asserts {
        tests: vec![
            "assert f(355430) == 710861".into(),
            "assert math.isclose(f(3), 7)".into(),
            "assert set([f(5)]) == {11}".into(),
        ],
        ..Asserts::default()
    });
    let calls = Tests::Calls(Calls {
        function: "f".into(),
        cases: [355430, 3, 5].map(|x| (vec![json!(x)], json!(2 * x + 1))).into(),
        tolerance: 1e-6,
        wrapped: true,
    });
    assert!(FUNCTIONS.len() >= 40);
    let honest = python("def f(x): return 2 * x + 1");
    for tests in [&with_entry, &alone, &calls] {
        assert!(POOL.test(&honest, tests, &patient()).unwrap().iter().all(Outcome::passed));
    }
    let all = POOL.map(FUNCTIONS.len(), |i| {
        [&with_entry, &alone, &calls]
            .map(|tests| POOL.test(&python(FUNCTIONS[i].1), tests, &limits()).unwrap())
    });
    for ((name, _), outcomes) in FUNCTIONS.iter().zip(all) {
        outcomes.iter().for_each(|o| check(o, name));
    }
    // They left nothing behind for the next.
    assert!(POOL.test(&honest, &with_entry, &patient()).unwrap().iter().all(Outcome::passed));
}

#[test]
fn speaking_out_of_turn_is_called_tampering() {
    let tests = Tests::Asserts(Asserts { tests: vec!["assert f(3) == 7".into()], ..Asserts::default() });
    for name in [
        "replies before questions",
        "a frame of four gigabytes",
        "JSON nested without end",
        "an unknown tag by hand",
    ] {
        let (_, source) = FUNCTIONS.iter().find(|(n, _)| *n == name).unwrap();
        let outcomes = POOL.test(&python(source), &tests, &patient()).unwrap();
        assert_eq!(outcomes[0].name(), "tampering", "{name}: {outcomes:?}");
    }
}

#[test]
fn a_test_that_catches_everything_does_not_hide_the_end_of_the_program() {
    let text = "def check(candidate):\n    try:\n        candidate(1)\n    except:\n        pass\n    assert 1 < 2\n";
    let tests = Tests::Asserts(Asserts {
        tests: vec![text.into()],
        entry_point: Some("f".into()),
        ..Asserts::default()
    });
    for source in ["import os\ndef f(x): os._exit(0)", "def f(x):\n    while True: pass"] {
        check(&POOL.test(&python(source), &tests, &limits()).unwrap(), source);
    }
}

/// Attempts at a program that should write twice what it reads.
const SCRIPTS: &[(&str, &str)] = &[
    ("a printed verdict", "print('Accepted')\nprint('passed')"),
    ("exit with 0", "import os\nos._exit(0)"),
    ("every number", "for i in range(100000): print(i)"),
    (
        "the expected output in files",
        "import os\nfor d, _, n in os.walk('/box'):\n    for f in n: print(open(os.path.join(d, f)).read())",
    ),
    (
        "the expected output in descriptors",
        "import os\nfor fd in range(3, 64):\n    try: print(os.read(fd, 1000).decode())\n    except OSError: pass",
    ),
    (
        "a verdict in descriptors",
        "import os\nfor fd in range(64):\n    try: os.write(fd, b'{\"passed\":true}')\n    except OSError: pass",
    ),
    ("echo", "print(input())"),
    (
        "a daemon that prints later",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(0.3)\n    print('84', flush=True)\n    os._exit(0)\nos._exit(0)",
    ),
    ("the right answer and a crash", "print(2 * int(input()), flush=True)\nraise ValueError"),
    ("the right answer and a kill", "import os\nprint(2 * int(input()), flush=True)\nos.abort()"),
    ("the right answer and no end", "print(2 * int(input()), flush=True)\nwhile True: pass"),
    ("the right answer and too much", "print(2 * int(input()), flush=True)\nwhile True: print('x' * 1000)"),
    ("the right answer on standard error", "import sys\nsys.stderr.write(str(2 * int(input())))"),
];

#[test]
fn no_script_grades_itself() {
    let tests = Tests::Stdio(Stdio {
        cases: vec![("42\n".into(), "84\n".into()), ("7\n".into(), "14".into())],
        tolerance: 1e-6,
    });
    assert!(
        POOL.test(&python("print(2 * int(input()))"), &tests, &patient())
            .unwrap()
            .iter()
            .all(Outcome::passed)
    );
    let limits = limits();
    let all = POOL.map(SCRIPTS.len(), |i| POOL.test(&python(SCRIPTS[i].1), &tests, &limits).unwrap());
    for ((name, _), outcomes) in SCRIPTS.iter().zip(all) {
        if *name == "a daemon that prints later" {
            // Its process ended before it printed: what it left is killed.
            assert!(outcomes.iter().all(|o| !o.passed()), "{outcomes:?}");
        }
        check(&outcomes, name);
    }
}

/// What a patch puts after the function it should have mended.
const PATCHES: &[(&str, &str)] = &[
    ("empties the tests", "open('tests/test.py', 'w').write('')"),
    ("removes the tests", "import os\nos.remove('tests/test.py')"),
    ("moves the tests away", "import os\nos.rename('tests', 'gone')"),
    (
        "appends to the tests",
        "import os\nos.chmod('tests/test.py', 0o777)\nopen('tests/test.py', 'a').write('f = 4')",
    ),
    ("exits hard", "import os\nos._exit(0)"),
    ("exits", "import sys\nsys.exit(0)"),
    ("raises SystemExit without a status", "raise SystemExit"),
    ("exits in the call", "import os\ndef f(x): os._exit(0)"),
    (
        "exits while it is compared",
        "import sys\nclass X:\n    def __eq__(self, o): sys.exit(0)\ndef f(x): return X()",
    ),
    ("exits at the end", "import atexit, os\natexit.register(lambda: os._exit(0))"),
    (
        "exits from a thread",
        "import os, threading\nthreading.Thread(target=lambda: os._exit(0)).start()\nimport time\ntime.sleep(1)",
    ),
    ("exits on an uncaught exception", "import os, sys\nsys.excepthook = lambda *a: os._exit(0)"),
    (
        "exits when errors are written",
        "import os, sys\nclass E:\n    def write(self, t): os._exit(0)\n    def flush(self): os._exit(0)\nsys.stderr = E()",
    ),
    ("exits when a trace is written", "import os, traceback\ntraceback.print_exc = lambda *a: os._exit(0)"),
    ("becomes another program", "import os\nos.execv('/bin/true', ['true'])"),
    ("leaves a child behind", "import os\nif os.fork(): os._exit(0)"),
    (
        "kills itself softly",
        "import os, signal\nsignal.signal(signal.SIGTERM, lambda *a: os._exit(0))\nos.kill(os.getpid(), signal.SIGTERM)",
    ),
    (
        "writes into every descriptor",
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'passed')\n    except OSError: pass\nos._exit(0)",
    ),
    (
        "prints a summary",
        "import os, sys\nsys.stderr.write('Ran 2 tests in 0.001s\\n\\nOK\\n')\nsys.stderr.flush()\nos._exit(0)",
    ),
    ("replaces assertEqual", "import unittest\nunittest.TestCase.assertEqual = lambda *a: None"),
    ("replaces run", "import unittest\nunittest.TestCase.run = lambda *a: None"),
    (
        "replaces the result",
        "import unittest\nunittest.TestResult.wasSuccessful = lambda *a: True\nunittest.TestResult.addFailure = lambda *a: None",
    ),
    (
        "replaces the suite",
        "import unittest\nunittest.TestSuite.run = lambda self, result, debug=False: result",
    ),
    ("replaces main", "import unittest\nunittest.TestProgram.runTests = lambda self: None"),
];

const SCRIPT: &str =
    "import sys\nsys.path.insert(0, '.')\nfrom lib import f\nassert f(2) == 4\nassert f(3) == 6\n";
const UNITTEST: &str = "import unittest\nfrom lib import f\nclass T(unittest.TestCase):\n    def test_two(self): self.assertEqual(f(2), 4)\n    def test_three(self): self.assertEqual(f(3), 6)\n";

fn tested(patch: &str, testing: Testing<'_>) -> Outcome {
    let files = [
        ("lib.py", "def f(x):\n    return x\n"),
        ("tests/test.py", SCRIPT),
        ("tests/test_f.py", UNITTEST),
        ("tests/__init__.py", ""),
    ];
    let tree = Tree(files.map(|(p, t)| (p.to_string(), t.as_bytes().to_vec())).into());
    let protected = ["tests".to_string()];
    let patched =
        Patched { tree: &tree, patch, protected: &protected, testing, language: Language::python() };
    POOL.patch_and_test(&patched, &patient()).unwrap()
}

const BOTH: [Testing<'static>; 2] =
    [Testing::Python(&["tests/test.py"]), Testing::Python(&["-m", "unittest", "tests.test_f"])];

#[test]
fn no_patched_code_ends_the_tests() {
    let honest =
        "--- a/lib.py\n+++ b/lib.py\n@@ -1,2 +1,2 @@\n def f(x):\n-    return x\n+    return 2 * x\n";
    for testing in BOTH {
        assert_eq!(tested(honest, testing), Outcome::Passed, "{testing:?}");
    }
    let all = POOL.map(PATCHES.len(), |i| {
        let body = PATCHES[i].1;
        let added: String = body.lines().map(|l| format!("+{l}\n")).collect();
        let count = body.lines().count() + 2;
        let patch =
            format!("--- a/lib.py\n+++ b/lib.py\n@@ -1,2 +1,{count} @@\n def f(x):\n     return x\n{added}");
        BOTH.map(|testing| tested(&patch, testing))
    });
    for ((name, _), outcomes) in PATCHES.iter().zip(all) {
        check(&outcomes, name);
    }
    let file = |name: &str, text: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+{text}\n");
    for patch in [
        file("unittest.py", "main = lambda *a, **k: None"),
        file("unittest/__main__.py", "print('OK')"),
        file("runpy.py", "run_path = run_module = lambda *a, **k: None"),
        file("sitecustomize.py", "import os; os._exit(0)"),
    ] {
        let outcomes = BOTH.map(|testing| tested(&patch, testing));
        check(&outcomes, &patch);
    }
}

#[test]
fn no_patch_changes_the_tests() {
    for patch in [
        "--- a/tests/test.py\n+++ b/tests/test.py\n@@ -4 +4 @@\n-assert f(2) == 4\n+pass\n",
        "--- a/tests/__init__.py\n+++ /dev/null\n@@ -0,0 +0,0 @@\n",
        "--- /dev/null\n+++ b/tests/new.py\n@@ -0,0 +1 @@\n+x\n",
        "--- /dev/null\n+++ b/../tree/tests/test.py\n@@ -0,0 +1 @@\n+x\n",
    ] {
        for testing in [BOTH[0], BOTH[1], Testing::Shell("python3 tests/test.py")] {
            let outcome = tested(patch, testing);
            assert!(!outcome.passed(), "{patch}: {outcome}");
        }
    }
}
