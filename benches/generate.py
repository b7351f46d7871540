"""Writes a JSONL file of math rollouts, eight per task: generate.py MEGABYTES FILE."""

import json
import random
import sys

WORDS = (
    "the of and we have number total each price cost then subtract add multiply times so that answer is left right "
    "value apples shop hours minutes train speed distance equals which gives therefore consider next step"
).split()


def main():
    rng = random.Random(1)
    target, size, task = int(sys.argv[1]) * 1_000_000, 0, 0
    with open(sys.argv[2], "w") as out:
        while size < target:
            gold = rng.randint(1, 500)
            for i in range(8):
                words = rng.choices(WORDS, k=rng.randint(60, 500))
                words[::7] = [str(rng.randint(0, 99)) for _ in words[::7]]
                answer = gold if rng.random() < 0.5 else rng.randint(1, 500)
                row = {
                    "task": f"t{task}",
                    "prompt": [{"role": "user", "content": f"How many are there in case {task}?"}],
                    "completion": f"<think>{' '.join(words)}</think><answer>{answer}</answer>",
                    "answer": str(gold),
                    "meta": {"sample": i, "source": "generated"},
                }
                line = json.dumps(row) + "\n"
                out.write(line)
                size += len(line)
            task += 1


main()
