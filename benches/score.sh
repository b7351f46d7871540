#!/usr/bin/env bash
# `meed score` on a generated JSONL file: MB/s and peak memory. score.sh [MEGABYTES]
set -euo pipefail
cd "$(dirname "$0")/.."
megabytes=${1:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 benches/generate.py "$megabytes" "$work/rollouts.jsonl"
cargo build --release -q -p meed
python3 - "$work" "$megabytes" <<'PY'
import resource, subprocess, sys, time
work, megabytes = sys.argv[1], int(sys.argv[2])
best = None
for _ in range(3):
    start = time.perf_counter()
    subprocess.run(["target/release/meed", "score", "-q", "benches/score.star", f"{work}/rollouts.jsonl",
                    "-o", f"{work}/scored.jsonl"], check=True)
    took = time.perf_counter() - start
    best = took if best is None else min(best, took)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print({"megabytes": megabytes, "seconds": round(best, 2), "mb_per_s": round(megabytes / best), "peak_mib": peak})
PY
