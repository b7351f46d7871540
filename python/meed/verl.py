"""A spec as verl's reward.

One rollout at a time, by file (the names are those of 0.8 and later; before: `custom_reward_function.…`):

    reward.custom_reward_function.path=pkg://meed.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.spec=/path/to/reward.star

Every call returns the same keys, all numbers: `score`, `valid` (0.0: the reward is absent, the score is `absent`), and
each component of the spec with its `…_valid`.
"""

import os

from meed._rows import flat, spec_of

__all__ = ["BatchRewardManager", "RewardManager", "acompute_score", "compute_score"]


def compute_score(
    data_source=None,
    solution_str=None,
    ground_truth=None,
    extra_info=None,
    *,
    spec=None,
    output="reward",
    absent=0.0,
    params=None,
    **columns,
):
    """The score of one rollout, as verl calls for it. The spec is named by `reward_kwargs.spec`, or by the environment
    variable `MEED_SPEC`. Only outputs that do not look at other rollouts can be had this way; for the others see
    `BatchRewardManager`."""
    spec = spec_of(_spec(spec), params)
    return flat(spec, [row(data_source, solution_str, ground_truth, extra_info)], output, absent=absent)[0]


async def acompute_score(*args, **kwargs):
    """`compute_score` for configurations that want a coroutine."""
    import asyncio

    return await asyncio.to_thread(compute_score, *args, **kwargs)


def row(data_source, solution_str, ground_truth, extra_info=None):
    """A rollout as a row with verl's names."""
    extra = {k: v for k, v in dict(extra_info or {}).items() if _is_plain(v)}
    row = {"data_source": data_source, "solution_str": solution_str, "ground_truth": ground_truth}
    if extra:
        row["extra_info"] = extra
    return row


def _spec(spec):
    spec = spec or os.environ.get("MEED_SPEC")
    if not spec:
        raise ValueError(
            "no spec: set `reward.custom_reward_function.reward_kwargs.spec`, or the environment variable MEED_SPEC"
        )
    return spec


def _is_plain(value):
    if isinstance(value, dict):
        return bool(value) and all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (str, int, float, bool, list, tuple)) or hasattr(value, "tolist")


def _kwargs(config):
    """`reward_kwargs` of the configuration, under its new name or its old one."""
    for section in (_get(config, "reward"), config):
        function = _get(section, "custom_reward_function")
        kwargs = _get(function, "reward_kwargs")
        if kwargs:
            return dict(kwargs)
    return {}


def _get(config, key):
    return config.get(key) if config is not None and hasattr(config, "get") else None


def _text(tokenizer, ids):
    return tokenizer.decode(ids, skip_special_tokens=True)


def _valid_response(item):
    """The ids of the response without padding."""
    responses = item.batch["responses"]
    length = int(item.batch["attention_mask"][-responses.shape[-1] :].sum())
    return responses[:length]


def _row_of(item, tokenizer):
    """A sequence of verl's batch as a row."""
    extra = item.non_tensor_batch.get("extra_info") or {}
    truth = (item.non_tensor_batch.get("reward_model") or {}).get("ground_truth")
    ids = _valid_response(item)
    made = row(item.non_tensor_batch.get("data_source"), _text(tokenizer, ids), truth, extra)
    made["length"] = len(ids)
    return made


def __getattr__(name):
    # Classes that inherit from verl's are made when they are asked for, so that this module needs no verl.
    if name == "RewardManager":
        made = _reward_manager()
    elif name == "BatchRewardManager":
        made = _batch_reward_manager()
    else:
        raise AttributeError(f"module `meed.verl` has no attribute `{name}`")
    globals()[name] = made
    return made


def _reward_manager():
    from verl.experimental.reward_loop.reward_manager import register
    from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

    @register("meed")
    class RewardManager(RewardManagerBase):
        """A manager of the reward loop: the last sequence of a trajectory, scored by a spec.

        reward.reward_manager.source=importlib
        reward.reward_manager.name=RewardManager
        reward.reward_manager.module.path=pkg://meed.verl
        """

        def __init__(self, config, tokenizer, compute_score=None, reward_router_address=None, **_):
            super().__init__(config, tokenizer, compute_score)
            kwargs = _kwargs(config)
            self.spec = spec_of(_spec(kwargs.get("spec")), kwargs.get("params"))
            self.output = kwargs.get("output", "reward")
            self.absent = float(kwargs.get("absent", 0.0))

        async def run_single(self, data):
            item = data[-1:][0]
            score = lambda: flat(self.spec, [_row_of(item, self.tokenizer)], self.output, absent=self.absent)[0]
            info = await self.loop.run_in_executor(None, score)
            return {"reward_score": info["score"], "reward_extra_info": info}

    return RewardManager


def _batch_reward_manager():
    from verl.workers.reward_manager import register
    from verl.workers.reward_manager.abstract import AbstractRewardManager

    @register("meed")
    class BatchRewardManager(AbstractRewardManager):
        """A manager that is handed whole batches, so that a spec may look at groups (`uid`) and batches. The score
        stands on the last token of the response."""

        def __init__(self, tokenizer, num_examine=0, compute_score=None, reward_fn_key="data_source", **kwargs):
            self.tokenizer = tokenizer
            self.spec = spec_of(_spec(kwargs.get("spec")), kwargs.get("params"))
            self.output = kwargs.get("output", "reward")
            self.absent = float(kwargs.get("absent", 0.0))

        def __call__(self, data, return_dict=False):
            import torch

            items = [data[i] for i in range(len(data))]
            rows = [_row_of(item, self.tokenizer) for item in items]
            for item, row in zip(items, rows):
                uid = item.non_tensor_batch.get("uid")
                if uid is not None:
                    row["uid"] = str(uid)
            dicts = flat(self.spec, rows, self.output, single=False, absent=self.absent)
            tensor = torch.zeros_like(data.batch["responses"], dtype=torch.float32)
            for i, (item, found) in enumerate(zip(items, dicts)):
                tensor[i, max(len(_valid_response(item)) - 1, 0)] = found["score"]
            if not return_dict:
                return tensor
            extra = {key: [d[key] for d in dicts] for key in dicts[0]} if dicts else {}
            return {"reward_tensor": tensor, "reward_extra_info": extra}

    return BatchRewardManager
