"""What the adapters share: one rollout or several, scored for a trainer that knows nothing but numbers."""

import functools
import json
import math

from . import _meed


@functools.lru_cache(maxsize=64)
def _load(path, params):
    return _meed.load(path, **json.loads(params))


def spec_of(spec, params=None):
    """The spec: as it is, or loaded once per process from a path or the id of a recipe."""
    if isinstance(spec, _meed.Spec):
        return spec.with_params(**params) if params else spec
    return _load(str(spec), json.dumps(dict(params or {}), sort_keys=True))


@functools.lru_cache(maxsize=64)
def _local(spec):
    """The outputs that are numbers of a rollout by itself, and those that look at other rollouts."""
    usable, wide = [], []
    for output in spec.describe():
        per_rollout = output["axis"] in ("batch", "group", "rollout") and output["vector"] is None
        if output["kind"] != "text" and per_rollout:
            (usable if output["local"] else wide).append(output["name"])
    return usable, wide


def check_single(spec, output):
    """Refuses an output that depends on other rollouts where rollouts come one by one."""
    usable, wide = _local(spec)
    if output in wide:
        raise _meed.SpecError(
            f"`{output}` looks at other rollouts, but this trainer hands over one at a time: name an output that does "
            f"not ({', '.join(usable) or 'there is none'}), or score whole batches"
        )
    if output not in usable:
        raise _meed.SpecError(f"the spec has no output `{output}` with one number per rollout")
    return usable


def flat(spec, rows, output="reward", *, single=True, score="score", absent=0.0, **options):
    """A dict of numbers per rollout: `score`, `valid`, and every component with its own `_valid`. The keys are the same
    for every rollout; what is absent is `absent` in the score and 0.0 in a component, and its `valid` is 0.0."""
    from .trl import components, map_numbers

    usable = set(check_single(spec, output)) if single else None
    scored = spec.score(rows, **options)
    values = [None if v is None else _finite(v) for v in scored.per_rollout(output)]
    dicts = [
        {score: absent if v is None else v, "valid": 0.0 if v is None else 1.0} for v in values
    ]
    for name, column in components(scored, skip=output):
        if usable is not None and name.split(".")[0] not in usable:
            continue
        if any(isinstance(v, str) for v in column) or scored[name.split(".")[0]].kind == "text":
            continue
        key = name if name not in (score, "valid") else f"{name}_"
        for row, value in zip(dicts, map_numbers(column)):
            row[key] = 0.0 if value is None else value
            row[f"{key}_valid"] = 0.0 if value is None else 1.0
    return dicts


def _finite(value):
    value = float(value)
    return value if math.isfinite(value) else None
