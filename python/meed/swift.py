"""A spec as a reward of ms-swift: a file for `--external_plugins`.

    # plugin.py
    import meed.swift
    meed.swift.register("math", "reward.star")

    swift rlhf --rlhf_type grpo --external_plugins plugin.py --reward_funcs math ...
"""

from .trl import Reward

__all__ = ["orm", "register"]


def orm(spec, output="reward", *, name=None, **options):
    """A class for ms-swift's `orms`: `__call__(completions, **columns)` returns one number per completion, `None`
    where the reward is absent."""
    from swift.rewards import ORM

    made = Reward(spec, output, name=name, **options)

    class Meed(ORM):
        reward = made

        def __call__(self, completions, **columns):
            prompts = columns.pop("prompts", None)
            messages = columns.get("messages")
            if prompts is None and messages is not None:
                # The conversation up to the answer.
                prompts = [[m for m in chat if m.get("role") != "assistant"] for chat in messages]
                columns.pop("messages")
            ids = columns.pop("response_token_ids", None)
            known = {"trainer_state": columns.pop("trainer_state", None)}
            return self.reward(prompts=prompts, completions=completions, completion_ids=ids, **known, **columns)

    Meed.__name__ = Meed.__qualname__ = made.__name__
    return Meed


def register(name, spec, output="reward", **options):
    """Puts a spec under a name among ms-swift's rewards, for `--reward_funcs`."""
    from swift.rewards import orms

    orms[name] = orm(spec, output, name=name, **options)
    return orms[name]
