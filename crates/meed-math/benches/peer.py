"""Math-Verify beside meed-math: the same rows, one run, one core.

Development only. Needs `pip install 'math-verify[antlr4_13_2]'` and a release build of the example `throughput`:
    cargo build --release -p meed-math --example throughput
    python crates/meed-math/benches/peer.py DATA_DIR [target/release/examples/throughput]
DATA_DIR holds gsm8k_rollouts.jsonl and math_equivalence.jsonl. Both sides read one gold answer and judge one response per
verification; imports and file reading are not counted. Prints a table.
"""

import json
import logging
import os
import subprocess
import sys
import time
from importlib.metadata import version

logging.disable(logging.CRITICAL)


def rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def peer(gold, response, decimals):
    from math_verify import parse, verify

    g = parse(gold, parsing_timeout=None)
    p = parse(response, parsing_timeout=None)
    return verify(g, p, float_rounding=decimals, timeout_seconds=None)


def quantile(times, q):
    return sorted(times)[int((len(times) - 1) * q)] * 1e6


def measure(name, items):
    times, agree = [], 0
    for gold, response, decimals, expected in items[:20]:
        peer(gold, response, decimals)  # warm
    for gold, response, decimals, expected in items:
        start = time.perf_counter()
        try:
            got = bool(peer(gold, response, decimals))
        except Exception:
            got = None
        times.append(time.perf_counter() - start)
        agree += got == expected
    return {
        "set": name, "n": len(times), "agree": agree, "per_second": len(times) / sum(times),
        "p50_us": quantile(times, 0.5), "p99_us": quantile(times, 0.99), "p999_us": quantile(times, 0.999), "max_us": max(times) * 1e6,
    }


def main():
    data = sys.argv[1]
    binary = sys.argv[2] if len(sys.argv) > 2 else "target/release/examples/throughput"
    core = sorted(os.sched_getaffinity(0))[0]
    os.sched_setaffinity(0, {core})
    out = subprocess.run([binary, data, "20"], capture_output=True, text=True, check=True).stdout
    ours = {r["set"]: r for r in map(json.loads, out.splitlines())}
    gsm = [
        (r["answer"], c, 6, label)
        for r in rows(f"{data}/gsm8k_rollouts.jsonl")
        for c, label in zip(r["completions"], r["labels"])
    ]
    cases = [(r["gold"], r["pred"], r.get("precision", 6), r["expected"]) for r in rows(f"{data}/math_equivalence.jsonl")]
    print(f"math-verify {version('math-verify')}, sympy {version('sympy')}, one core\n")
    head = ["set", "verifier", "n", "agree", "per second", "p50 µs", "p99 µs", "p99.9 µs", "max µs"]
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    ratios = []
    for name, items in (("gsm8k_rollouts", gsm), ("math_equivalence", cases)):
        theirs = measure(name, items)
        for who, r in (("meed-math", ours[name]), ("math-verify", theirs)):
            print(
                f"| {name} | {who} | {r['n']} | {r['agree']} | {r['per_second']:.0f} | {r['p50_us']:.1f} | {r['p99_us']:.1f}"
                f" | {r['p999_us']:.1f} | {r['max_us']:.1f} |"
            )
        ratios.append(f"{name}: {ours[name]['per_second'] / theirs['per_second']:.0f} times the throughput of math-verify")
    print("\n" + "\n".join(ratios))


if __name__ == "__main__":
    main()
