"""A spec as OpenRLHF's reward.

As a Python file (`--reward.remote_url`, before 0.10 `--remote_rm_url`), with the spec in the environment variable
MEED_SPEC:

    MEED_SPEC=reward.star python -m openrlhf.cli.train_ppo_ray \\
        --reward.remote_url "$(python -m meed.openrlhf)" ...

or from a file of one's own:

    import meed.openrlhf
    reward_func = meed.openrlhf.reward_func("reward.star")

OpenRLHF decodes queries with the prompt and the special tokens; the prompt is cut off, and the tokens are removed.
"""

import os
import re

# By its full name: OpenRLHF runs this file outside its package.
from meed._rows import flat, spec_of

__all__ = ["Reward", "reply", "reward_func"]


class Reward:
    """`reward_func(queries, prompts, labels)`, and what its HTTP client expects of a server."""

    def __init__(self, spec=None, output="reward", *, score=None, absent=None, special=(), params=None):
        self._named, self._params = spec, params
        self.output, self.score, self.absent = output, score, absent
        self.special = tuple(special)
        self.__name__ = "reward_func"

    @property
    def spec(self):
        spec = self._named or os.environ.get("MEED_SPEC")
        if not spec:
            raise ValueError("no spec: give one, or set the environment variable MEED_SPEC")
        return spec_of(spec, self._params)

    def __call__(self, queries, prompts, labels, **_):
        import torch

        found = self.reply(queries, prompts, labels)
        tensor = lambda values: torch.tensor([float("nan") if v is None else v for v in values])
        return {
            "rewards": tensor(found["rewards"]),
            "scores": tensor(found["scores"]),
            "extra_logs": {name: tensor(values) for name, values in found["extra_logs"].items()},
        }

    def reply(self, queries, prompts, labels):
        """The same as plain lists, which is what a server answers; empty lists for empty lists."""
        if not queries:
            return {"rewards": [], "scores": [], "extra_logs": {}}
        rows = [
            {"prompt": prompt, "response": self.response(query, prompt), "label": label}
            for query, prompt, label in zip(queries, prompts, labels, strict=True)
        ]
        single = len(rows) == 1
        dicts = flat(self.spec, rows, self.output, single=single, score="reward", absent=float("nan"))
        rewards = [self.absent if d["valid"] == 0.0 else d["reward"] for d in dicts]
        if self.score is None:
            # Dynamic filtering wants numbers between 0 and 1.
            scores = [None if r is None else min(max(r, 0.0), 1.0) for r in rewards]
        else:
            scores = [d[self.score] if d[f"{self.score}_valid"] else None for d in dicts]
        logs = {key: [d[key] for d in dicts] for key in dicts[0] if key != "reward"}
        return {"rewards": rewards, "scores": scores, "extra_logs": logs}

    def response(self, query, prompt):
        """What follows the prompt in a query, without special tokens."""
        text = query.removeprefix(prompt)
        if text == query and prompt in query:
            # A tokenizer may put its beginning-of-text token first.
            text = query.split(prompt, 1)[1]
        for token in self.special:
            text = text.replace(token, "")
        return _SPECIAL.sub("", text).strip() if not self.special else text.strip()


# `<|im_end|>`, `<|eot_id|>`, `</s>` and their like.
_SPECIAL = re.compile(r"<\|[A-Za-z0-9_▁ -]{1,40}\|>|<｜[^｜]{1,40}｜>|</?s>|<(?:pad|eos|bos|unk)>")


def reply(spec, body, output="reward", **options):
    """The answer of a reward server to OpenRLHF's `{"query": […], "prompts": […], "labels": […]}`."""
    return Reward(spec, output, **options).reply(body["query"], body["prompts"], body["labels"])


_default = Reward()


def reward_func(queries, prompts=None, labels=None, **options):
    """OpenRLHF's entry: `reward_func(queries, prompts, labels)`. With a spec instead of queries it makes one:
    `reward_func("reward.star", output="reward", absent=0.0)`."""
    if isinstance(queries, list):
        return _default(queries, prompts, labels)
    return Reward(queries, **options)


if __name__ == "__main__":
    print(os.path.abspath(__file__))
