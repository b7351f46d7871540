"""A spec as a reward function of TRL.

    from trl import GRPOConfig, GRPOTrainer
    import meed.trl

    trainer = GRPOTrainer(model, meed.trl.reward("reward.star"), args=GRPOConfig(...), train_dataset=dataset)

Every output of the spec is logged, and so are the columns it reads, so that TRL's table of completions can be scored
again. A rollout whose reward is absent is left out (TRL takes `None` for that).
"""

import math
import os

from . import _meed

__all__ = ["Reward", "reward"]


class Reward:
    """What TRL calls with prompts, completions and the columns of the dataset: see `reward`."""

    def __init__(self, spec, output="reward", *, name=None, group_size=None, map=None, params=None):
        if not isinstance(spec, _meed.Spec):
            spec = _meed.load(spec, **(params or {}))
        elif params:
            spec = spec.with_params(**params)
        self.spec, self.output = spec, output
        self.group_size, self.map = group_size, map
        self._inputs = None
        stem = os.path.basename(spec.name or "").removesuffix(".star")
        self.__name__ = name or (stem or output if output == "reward" else output)
        outputs = {o["name"]: o for o in spec.describe()}
        if output not in outputs:
            raise ValueError(f"the spec has no output `{output}`; outputs: {', '.join(outputs)}")
        found = outputs[output]
        if found["axis"] not in ("batch", "group", "rollout") or found["lanes"] or found["vector"] is not None:
            raise ValueError(f"`{output}` is on `{found['axis']}`; a reward is one number per rollout")
        if found["kind"] == "text":
            raise ValueError(f"`{output}` is text; a reward is a number")

    def __call__(
        self,
        prompts=None,
        completions=None,
        completion_ids=None,
        trainer_state=None,
        log_extra=None,
        log_metric=None,
        environments=None,
        **columns,
    ):
        rows = self._columns(prompts, completions, completion_ids, columns)
        step = getattr(trainer_state, "global_step", None)
        total = getattr(trainer_state, "max_steps", None)
        scored = self.spec.score(
            rows,
            group_size=self.group_size,
            map=self.map,
            step=step,
            total_steps=total if total is not None and total > 0 else None,
        )
        values = [_number(v) for v in scored.per_rollout(self.output)]
        if log_extra is not None:
            # With them TRL's table of completions can be scored again.
            for name in self._columns_read(rows):
                if name in columns:
                    log_extra(name, columns[name])
        self._log(scored, values, log_extra, log_metric)
        return values

    def _columns_read(self, rows):
        """The columns of the dataset that the spec reads, under their own names."""
        if self._inputs is None:
            fields = _meed.layout({name: values[:8] for name, values in rows.items()}, map=self.map)["fields"]
            self._inputs = sorted({fields.get(name, name).split(".")[0] for name in self.spec.columns})
        return self._inputs

    def _columns(self, prompts, completions, completion_ids, columns):
        rows = {"prompt": prompts, "completion": completions}
        rows.update({name: values for name, values in columns.items() if _is_data(values)})
        if completion_ids is not None:
            rows.setdefault("length", [len(ids) for ids in completion_ids])
            if "completion_ids" in self.spec.columns:
                rows["completion_ids"] = completion_ids
        return {name: values for name, values in rows.items() if values is not None}

    def _log(self, scored, values, log_extra, log_metric):
        """Components become columns of the completions table and metrics, the same ones on every call and rank."""
        if log_metric is not None:
            log_metric(f"{self.__name__}/absent", sum(v is None for v in values) / max(len(values), 1))
        for name, component in components(scored, skip=self.output):
            if log_extra is not None:
                log_extra(name, component)
            numbers = [v for v in map_numbers(component) if v is not None]
            if log_metric is not None and not any(isinstance(v, str) for v in component):
                log_metric(f"{self.__name__}/{name}", sum(numbers) / len(numbers) if numbers else math.nan)


def reward(spec, output="reward", *, name=None, group_size=None, map=None, params=None):
    """The reward function of a spec: a path, the id of a recipe, or a `meed.Spec`.

    `output` names what is returned. `name` is what metrics are called after (default: the file's name). Rollouts of
    the same prompt are a group; `group_size` (TRL's `num_generations`) says instead how many in a row belong
    together. `map` reads a column from another one, `params` sets knobs of the spec.

    For a spec that computes its own advantages: `reward(spec, output="advantage")` with `scale_rewards="none"` keeps
    them as they are when they have mean 0 in every group, since TRL only subtracts the group's mean then.
    """
    return Reward(spec, output, name=name, group_size=group_size, map=map, params=params)


def components(scored, skip=None):
    """Name and values per rollout of every output that is one value per rollout or above; lanes one by one."""
    for name, column in scored.items():
        if name == skip or column.axis not in ("batch", "group", "rollout") or len(column.shape) > 2:
            continue
        values = scored.per_rollout(name)
        if column.lanes is not None:
            for i, lane in enumerate(column.lanes):
                yield f"{name}.{lane}", [v[i] for v in values]
        elif len(column.shape) == 1:
            yield name, values


def map_numbers(values):
    """The values as numbers, `None` for what is absent, infinite or text."""
    return [_number(v) if not isinstance(v, str) else None for v in values]


def _number(value):
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else None


def _is_data(values):
    """Whether a column can be read: images and other objects are none of ours."""
    first = next((v for v in values if v is not None), None) if isinstance(values, (list, tuple)) else None
    return isinstance(first, (str, int, float, bool, list, tuple, dict)) or hasattr(first, "tolist")
