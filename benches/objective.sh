#!/usr/bin/env bash
# Loss and gradient of GRPO over 1,024 x 4,096 tokens beside PyTorch's autograd, in turn: objective.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/venv)
cargo bench -q -p meed-spec --bench objective --no-run 2>/dev/null
for _ in $(seq "${1:-3}"); do
    cargo bench -q -p meed-spec --bench objective
    for precision in float64 float32; do
        "$python" crates/meed-spec/benches/peers/objective.py "$precision"
    done
done | "$python" -c '
import json, sys
best = {}
for line in sys.stdin:
    row = json.loads(line)
    if row["what"] not in best or row["seconds"] < best[row["what"]]["seconds"]:
        best[row["what"]] = row
ours = best["meed, float64"]["seconds"]
print(" " * 24, "threads  seconds  beside  peak MB  above inputs")
for what, row in best.items():
    line = "{what:24} {threads:7} {seconds:8.4f} {beside:6.2f}x {peak_mb:8} {above_inputs_mb:13}"
    print(line.format(**row, beside=row["seconds"] / ours))
print("losses", {row["loss"] for row in best.values()}, "gradients", {row["gradient_size"] for row in best.values()})
'
