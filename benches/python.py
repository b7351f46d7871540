"""The Python package beside the command line: python3 benches/python.py MEED, with the package on the path.

8,192 rollouts of generate.py with a spec that grades, looks at the format and at groups (score.star), and with one that
decides mathematical equivalence. Every number is the best of several runs, the two sides in turn.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import meed

HERE = pathlib.Path(__file__).resolve().parent
ROLLOUTS, RUNS = 8192, 25
MATH = 'reward = math()\nadvantage = reward - reward.mean("group")\n'


def best(function, runs=RUNS):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def say(**case):
    print(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in case.items()}), flush=True)


def command_line(binary, spec, path):
    """Seconds of `meed score` in scoring, and in reading and scoring."""
    command = [binary, "score", spec, str(path), "--threads", "1", "--format", "json"]
    seconds = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["seconds"]
    return seconds["scoring"], seconds["reading"] + seconds["scoring"]


def scoring(binary, name, spec, path, rows):
    import pyarrow

    # One thread on both sides: on a shared machine two are never alike.
    meed.set_threads(1)
    spec_of = meed.load(spec)

    table = pyarrow.Table.from_pylist(rows)
    batch = meed.Batch(
        {"text": [r["completion"] for r in rows], "answer": ("group", [r["answer"] for r in rows[::8]])}, groups=8
    )
    forms = {"dicts": rows, "arrow": table, "batch": batch}
    ours = {form: float("inf") for form in forms}
    cli = whole = float("inf")
    for _ in range(RUNS):
        a, b = command_line(binary, spec, path)
        cli, whole = min(cli, a), min(whole, b)
        for form, data in forms.items():
            ours[form] = min(ours[form], best(lambda: spec_of.score(data), 1))
    ms = {form: 1000 * t for form, t in ours.items()}
    say(case=f"score {name}", cli_ms=1000 * cli, cli_with_reading_ms=1000 * whole, **{f"{f}_ms": t for f, t in ms.items()},
        batch_ratio=ours["batch"] / cli, dicts_ratio_with_reading=ours["dicts"] / whole)


def threads(rows):
    """One Python thread beside eight, on all cores."""
    meed.set_threads(len(os.sched_getaffinity(0)))
    spec = meed.parse(MATH)
    spec.score(rows)
    pairs = [(r["answer"], r["completion"]) for r in rows]

    def verify(_):
        for gold, response in pairs:
            meed.math.equivalent(gold, response)

    one = best(lambda: [verify(i) for i in range(8)], 3)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        eight = best(lambda: list(pool.map(verify, range(8))), 3)
    say(case="meed.math.equivalent from 8 threads", one_s=one, eight_s=eight, speedup=one / eight)

    # A call uses all cores by itself, so the one thread is given one.
    pieces = [rows[i : i + 64] for i in range(0, len(rows), 64)]
    meed.set_threads(1)
    one = best(lambda: [spec.score(piece) for piece in pieces], 5)
    meed.set_threads(len(os.sched_getaffinity(0)))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        eight = best(lambda: list(pool.map(spec.score, pieces)), 5)
    say(case="spec.score of 64 rollouts: one thread on one core, eight on all", one_s=one, eight_s=eight, speedup=one / eight)


def imports():
    code = "import time; start = time.perf_counter(); import meed; print(time.perf_counter() - start)"
    times = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) for _ in range(20)]
    say(case="import meed", ms=1000 * min(times))


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([sys.executable, HERE / "generate.py", "18", folder / "all.jsonl"], check=True)
        lines = (folder / "all.jsonl").read_text().splitlines()[:ROLLOUTS]
        assert len(lines) == ROLLOUTS
        (folder / "rollouts.jsonl").write_text("\n".join(lines) + "\n")
        (folder / "math.star").write_text(MATH)
        rows = [json.loads(line) for line in lines]
        scoring(binary, "score.star", str(HERE / "score.star"), folder / "rollouts.jsonl", rows)
        scoring(binary, "math()", str(folder / "math.star"), folder / "rollouts.jsonl", rows)
        threads(rows[:2048])
    imports()


main()
