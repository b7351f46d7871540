"""Programs run and tested directly."""

import concurrent.futures
import doctest
import multiprocessing

import pytest

import meed.sandbox


@pytest.fixture(autouse=True, scope="module")
def there_is_one():
    try:
        meed.sandbox.run("pass")
    except meed.Error as refused:
        pytest.skip(f"the kernel refuses a layer: {refused}")


def test_docstrings_run():
    assert doctest.testmod(meed.sandbox).failed == 0


def test_what_a_program_does():
    ran = meed.sandbox.run("import sys\nprint(input())\nsys.stderr.write('no')\nsys.exit(3)", "read")
    assert (ran.stdout, ran.stderr, ran.status) == ("read\n", "no", 3) and ran.failure.name == "exception"
    assert meed.sandbox.run("print(1)").failure is None
    assert meed.sandbox.run("print(", timeout=2).failure.name == "compile_error"
    assert meed.sandbox.run("open('/etc/passwd', 'w')").failure.name in ("exception", "forbidden")


def test_what_tests_say():
    outcomes = meed.sandbox.test("def f(x): return x * 2", ["assert f(2) == 4", "assert f(2) == 5\nassert f(0) == 0"])
    assert [o.passed for o in outcomes] == [True, False, True] and "expected 5" in outcomes[1].detail
    calls = meed.sandbox.test("def f(x): return {'a': [x]}", [([1], {"a": [1]}), ([2], {"a": [1]})], function="f")
    assert [o.name for o in calls] == ["passed", "wrong_answer"]


def test_what_cannot_be_is_told():
    for wrong in ({"language": "cobolt"}, {"timeout": 0}, {"timeout": float("nan")}, {"memory": 1}):
        with pytest.raises(ValueError):
            meed.sandbox.run("", **wrong)


def doubled(n):
    return meed.sandbox.run(f"print({n} * 2)").stdout


def test_threads_and_children():
    expected = [f"{n * 2}\n" for n in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(doubled, range(8))) == expected
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(doubled, range(8)) == expected
