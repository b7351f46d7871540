"""A spec as a reward of verifiers.

v1 (0.3 and later), in the configuration of a taskset:

    [env.taskset.task.rewards]
    math = { fn = "rewards.py:math", weight = 1.0 }

    # rewards.py
    import meed.verifiers
    math = meed.verifiers.reward("reward.star")

Legacy rubrics (`verifiers.legacy` in 0.3, `verifiers` before):

    rubric = vf.Rubric(funcs=[meed.verifiers.legacy("reward.star")])
"""

from ._rows import flat, spec_of

__all__ = ["legacy", "reward"]


def reward(spec, output="reward", *, components=True, params=None):
    """A v1 reward hook. The trace's last reply is the response; the task's prompt and answer are its columns, and so
    is every other field of its data.

    The components are recorded as metrics of the trace. An absent reward raises, which verifiers takes as an error of
    the task: it is never a 0."""

    async def meed_reward(task, trace):
        import asyncio

        row = _row(task, trace)
        found = await asyncio.to_thread(lambda: flat(spec_of(spec, params), [row], output)[0])
        if components:
            for name, value in found.items():
                if name not in ("score", "valid") and not name.endswith("_valid") and found.get(f"{name}_valid"):
                    trace.record_metric(name, value)
        if not found["valid"]:
            raise RuntimeError(f"`{output}` is absent for this rollout")
        return found["score"]

    meed_reward.__name__ = meed_reward.__qualname__ = output
    return meed_reward


def legacy(spec, output="reward", *, group=False, params=None, absent=0.0):
    """A function for a `Rubric` of the old interface; with `group=True` one that is handed whole groups."""
    if group:

        def meed_reward(prompts, completions, answers, infos) -> list[float]:
            rows = [
                _legacy_row(*given) for given in zip(prompts, completions, answers, infos or [None] * len(prompts))
            ]
            dicts = flat(spec_of(spec, params), rows, output, single=False, group_size=len(rows), absent=absent)
            return [d["score"] for d in dicts]

    else:

        def meed_reward(prompt, completion, answer, info) -> float:
            row = _legacy_row(prompt, completion, answer, info)
            return flat(spec_of(spec, params), [row], output, absent=absent)[0]["score"]

    meed_reward.__name__ = meed_reward.__qualname__ = output
    return meed_reward


def _legacy_row(prompt, completion, answer, info):
    row = {"prompt": _plain(prompt), "completion": _plain(completion), "answer": answer}
    if isinstance(info, dict) and info:
        row["info"] = info
    return row


def _row(task, trace):
    data = getattr(task, "data", task)
    row = dict(data.model_dump(exclude_none=True)) if hasattr(data, "model_dump") else dict(vars(data))
    row = {name: value for name, value in row.items() if _is_data(value)}
    row["completion"] = trace.last_reply or ""
    return row


def _plain(messages):
    if isinstance(messages, list):
        return [m if isinstance(m, dict) else m.model_dump() for m in messages]
    return messages


def _is_data(value):
    return isinstance(value, (str, int, float, bool, list, tuple)) or (isinstance(value, dict) and bool(value))
