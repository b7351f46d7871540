"""Untrusted programs, run and tested directly: what the scorers `code_tests` and `runs` do.

>>> import meed.sandbox
>>> meed.sandbox.run("print(int(input()) + 1)", "41").stdout
'42\\n'
>>> [outcome.name for outcome in meed.sandbox.test("def add(a, b): return a + b", [([1, 2], 3), ([1, 1], 3)], function="add")]
['passed', 'wrong_answer']

Programs are shut in by what the kernel offers an ordinary user (`python -m meed sandbox doctor` says what that is here);
a layer it refuses is a `meed.Error`, unless the environment variable MEED_SANDBOX says `restricted`.
"""

from collections import namedtuple

from . import _meed

__all__ = ["Outcome", "Run", "run", "test"]


class Outcome(namedtuple("Outcome", ["name", "detail"])):
    """What became of a test: `name` is `passed`, `wrong_answer`, `exception`, `compile_error`, `timeout`,
    `out_of_memory`, `output_limit`, `forbidden` or `tampering`."""

    __slots__ = ()

    @property
    def passed(self):
        """Whether it passed."""
        return self.name == "passed"


class Run(namedtuple("Run", ["failure", "status", "stdout", "stderr", "seconds", "cpu_seconds"])):
    """What a run gave. `failure` is `None` when the program ended by itself with status 0, else an `Outcome`."""

    __slots__ = ()


def run(source, stdin="", *, language="python", timeout=5.0, memory=512):
    """Runs a program once. `timeout` in seconds, `memory` in MiB.

    >>> import meed.sandbox
    >>> meed.sandbox.run("while True: pass", timeout=0.2).failure.name
    'timeout'
    """
    failure, *rest = _meed.sandbox_run(source, stdin, language, timeout, memory)
    return Run(failure and Outcome(*failure), *rest)


def test(source, tests, *, function=None, tolerance=0.0, language="python", timeout=5.0, memory=512):
    """Tests a program: an `Outcome` per test, in their order. A test is

    - a text with assertions in Python: `"assert add(1, 2) == 3"`,
    - a pair of what is read and what should be written: `("1 2\\n", "3\\n")`,
    - with `function`, a pair of arguments and what they should give: `([1, 2], 3)`.

    >>> import meed.sandbox
    >>> meed.sandbox.test("print(sum(map(int, input().split())))", [("1 2", "3"), ("2 2", "5")])[0].passed
    True
    """
    told = _meed.sandbox_test(source, list(tests), function, tolerance, language, timeout, memory)
    return [Outcome(*outcome) for outcome in told]


# Not one of pytest's.
test.__test__ = False
