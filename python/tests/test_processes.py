"""Threads, forks and spawned children."""

import concurrent.futures
import multiprocessing
import os
import time

import pytest

import meed

HOSTILE = [
    ("1", r"\boxed{" + "9" * 20_000 + "^{" + "9" * 2_000 + "}}"),
    ("1", r"\boxed{" + "(" * 5_000 + "1" + ")" * 5_000 + "}"),
    ("1", r"\boxed{\frac{1}{" * 2_000 + "2" + "}" * 2_000 + "}"),
    ("1", r"\boxed{(10^{10^{10}})! + \sqrt{2}}"),
    ("1", r"\boxed{\sum_{k=1}^{10^{12}} \sin(k)^k}"),
    ("x", r"\boxed{" + " + ".join(f"x^{{{i}}}" for i in range(3_000)) + "}"),
]
GOOD = [("1/2", r"\boxed{0.5}", True), ("3", "so x = 4", False), (r"\sqrt{8}", r"\boxed{2\sqrt2}", True)]


def verify(seed):
    """Right verdicts, with hostile answers mixed in: how many, and the most steps that one of those took."""
    steps = []
    for i in range(12):
        gold, response, expected = GOOD[(seed + i) % len(GOOD)]
        assert meed.math.equivalent(gold, response) is expected
        gold, response = HOSTILE[(seed + i) % len(HOSTILE)]
        assert meed.math.equivalent(gold, response) is not True
        # What it spends is counted in steps, and they are bounded wherever it runs.
        steps.append(meed.math.explain(gold, response, budget=100_000)["steps"])
    return len(steps), max(steps)


def score(n):
    rows = [{"prompt": f"p{i // 4}", "completion": f"\\boxed{{{i % 3}}}", "answer": "1"} for i in range(n)]
    correct = meed.math()
    spec = meed.Spec(r=correct, a=correct - correct.mean("group"))
    return spec.score(rows)["a"].tolist()


def test_32_threads():
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert all(n == 12 and steps <= 110_000 for n, steps in pool.map(verify, range(64)))
        assert len({tuple(r) for r in pool.map(score, [64] * 32)}) == 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children(method):
    expected = score(64)
    context = multiprocessing.get_context(method)
    with context.Pool(3) as pool:
        assert all(n == 12 and steps <= 110_000 for n, steps in pool.map(verify, range(6)))
        assert pool.map(score, [64] * 6) == [expected] * 6
    assert score(64) == expected


def test_a_fork_while_threads_score():
    """Children of a process whose threads are busy get threads of their own."""
    stop = []

    def busy():
        while not stop:
            score(256)

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        running = [threads.submit(busy) for _ in range(4)]
        try:
            expected = score(64)
            for _ in range(5):
                read, write = os.pipe()
                child = os.fork()
                if child == 0:
                    ok = score(64) == expected
                    os.write(write, b"1" if ok else b"0")
                    os._exit(0)
                deadline = time.monotonic() + 60
                while os.waitpid(child, os.WNOHANG) == (0, 0):
                    if time.monotonic() > deadline:
                        os.kill(child, 9)
                        os.waitpid(child, 0)
                        pytest.fail("the child hangs")
                    time.sleep(0.01)
                assert os.read(read, 1) == b"1"
                os.close(read)
                os.close(write)
        finally:
            stop.append(True)
            for future in running:
                future.result()


def test_threads_score_at_the_same_time():
    """The interpreter is not held while rollouts are scored: another thread goes on meanwhile."""
    import threading

    rows = [{"prompt": f"p{i}", "completion": "\\boxed{" + "x + " * 400 + str(i) + "}", "answer": "x^2+1"} for i in range(400)]
    spec = meed.Spec(r=meed.math())
    spec.score(rows[:2])
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    calls = []
    for _ in range(5):
        start = time.monotonic()
        spec.score(rows)
        calls.append((start, time.monotonic()))
    done.set()
    thread.join()
    # Were it held, the other thread would have its turns between the calls alone.
    assert max(sum(start < tick < end for tick in ticks) for start, end in calls) > 3


def test_numbers_do_not_depend_on_the_number_of_threads(child):
    code = (
        "import meed, sys; meed.set_threads({}); "
        "r = meed.uniform('rollout'); "
        "s = meed.Spec(r=r, z=r.z('group'), m=(r - r.mean('batch')).std('batch')); "
        "rows = [{{'prompt': str(i // 8), 'completion': 'x'}} for i in range(5000)]; "
        "c = s.score(rows); print([hash(tuple(c[n].tolist())) for n in c])"
    )
    assert child(code.format(1), PYTHONHASHSEED="0") == child(code.format(3), PYTHONHASHSEED="0")


def test_import_is_light(child):
    code = (
        "import sys; before = set(sys.modules); import meed; new = set(sys.modules) - before; "
        "print(sorted(m for m in new if m.split('.')[0] not in sys.stdlib_module_names and not m.startswith('meed')))"
    )
    assert child(code).strip() == "[]"
