"""Checks of instructions per second on one core: the reference package beside Meed, on the same cases, in one run.

taskset -c 0 "$(scripts/venv)" crates/meed-score/benches/peers/ifeval.py
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tests" / "peers"))

from reference_ifeval import registries, variants  # noqa: E402
from test_ifeval import arguments, bent, texts  # noqa: E402

CASES = 60


def checkers(cases):
    ifeval, _ = registries()
    for case in cases:
        checker = ifeval[case["instruction"]](case["instruction"])
        checker.build_description(**case["kwargs"])
        yield checker, case["text"]


def strict(cases):
    for checker, text in checkers(cases):
        text.strip() and checker.check_following(text)


def loose(cases):
    for checker, text in checkers(cases):
        any(variant.strip() and checker.check_following(variant) for variant in variants(text))


def nanoseconds(run, cases):
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter_ns()
        run(cases)
        best = min(best, time.perf_counter_ns() - start)
    return best / len(cases)


rng = random.Random(1)
chosen = [bent(text, rng) for text in rng.sample(texts(ROOT.parent / "shared" / "data"), CASES)]
kinds = {}
for kind in registries()[0]:
    kinds[kind] = [{"instruction": kind, "kwargs": arguments(kind, text, rng), "text": text} for text in chosen]
with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
    file.writelines(json.dumps(case) + "\n" for cases in kinds.values() for case in cases)
    file.flush()
    command = ["cargo", "bench", "-q", "--workspace", "--bench", "ifeval"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "MEED_CASES": file.name}, capture_output=True, text=True, check=True)
ours = {(row["kind"], row["loose"]): row["nanoseconds"] for row in map(json.loads, done.stdout.splitlines())}

print(f"{'microseconds a check':<46}{'reference':>11}{'Meed':>9}{'times':>8}{'loose':>11}{'Meed':>9}{'times':>8}")
totals = [0.0] * 4
for kind, cases in kinds.items():
    row = [nanoseconds(strict, cases), ours[kind, False], nanoseconds(loose, cases), ours[kind, True]]
    totals = [a + b for a, b in zip(totals, row)]
    print(f"{kind:<46}{row[0] / 1e3:>11.2f}{row[1] / 1e3:>9.2f}{row[0] / row[1]:>8.1f}{row[2] / 1e3:>11.2f}{row[3] / 1e3:>9.2f}{row[2] / row[3]:>8.1f}")
print(f"{'all kinds':<46}{totals[0] / 1e3:>11.2f}{totals[1] / 1e3:>9.2f}{totals[0] / totals[1]:>8.1f}{totals[2] / 1e3:>11.2f}{totals[3] / 1e3:>9.2f}{totals[2] / totals[3]:>8.1f}")
