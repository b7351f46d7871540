"""Specs over Ray Data.

    import meed.ray
    scored = meed.ray.score(ray.data.read_parquet("rollouts/"), "reward.star")

A spec whose outputs each look at one rollout is mapped over blocks by a pool of actors. Any other goes in two stages:
tasks beside the data call the scorers, which is where the time goes; one task does the algebra over the numbers they
send, so that groups and batches are whole wherever their rows lie; tasks beside the data add the outputs. The numbers
are those of `meed score` on the same rows in the same order.
"""

from . import _meed
from ._rows import spec_of

__all__ = ["Scorer", "score"]


class Scorer:
    """A callable for `map_batches(..., batch_format="pyarrow")`: a batch with the outputs of a spec. Groups must be
    whole in a batch; `meed.ray.score` takes care of that."""

    def __init__(self, spec, params=None, options=None):
        self.spec = spec_of(spec, params)
        self.options = options or {}

    def __call__(self, batch):
        return _with_outputs(batch, self.spec.score(batch, **self.options))


def score(dataset, spec, *, params=None, group_by=None, map=None, seed=0, concurrency=None, batch_size=4096):
    """A dataset with the outputs of a spec as further columns, rows in their order.

    `group_by` and `map` are those of `Spec.score`; without `group_by` the field that names the task is told from the
    first rows. `concurrency` bounds the actors (a number, or a pair of least and most).
    """
    spec = spec_of(spec, params)
    options = {"seed": seed}
    if map:
        options["map"] = dict(map)
    if group_by is None:
        group_by = _group_by(dataset, options)
    if group_by:
        options["group_by"] = group_by
    if not spec.batch_wide and all(output["local"] for output in spec.describe()):
        return dataset.map_batches(
            Scorer,
            fn_constructor_args=(spec, None, options),
            batch_format="pyarrow",
            batch_size=batch_size,
            compute=_actors(concurrency or (1, 8)),
        )
    return _two_stages(dataset, spec, options, seed)


def _actors(concurrency):
    from ray.data import ActorPoolStrategy

    if isinstance(concurrency, int):
        return ActorPoolStrategy(size=concurrency)
    return ActorPoolStrategy(min_size=concurrency[0], max_size=concurrency[1])


def _two_stages(dataset, spec, options, seed):
    import ray
    import ray.data

    tables = dataset.materialize().to_arrow_refs()
    if not tables:
        return dataset
    spec_ref = ray.put(spec)
    shard = ray.remote(lambda spec, table: _meed.shard(spec, table, **options) if table.num_rows else None)
    attach = ray.remote(lambda table, outputs: _joined(table, outputs))
    shards = [shard.remote(spec_ref, table) for table in tables]

    def algebra(spec, *shards):
        import pyarrow

        found = iter(_meed.finish(spec, [s for s in shards if s is not None], seed))
        outputs = [None if s is None else pyarrow.table(next(found)) for s in shards]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    outputs = ray.remote(algebra).options(num_returns=len(shards)).remote(spec_ref, *shards)
    outputs = [outputs] if len(shards) == 1 else outputs
    return ray.data.from_arrow_refs([attach.remote(table, found) for table, found in zip(tables, outputs)])


def _group_by(dataset, options):
    """The field that names the task, told from the first rows so that all blocks agree."""
    rows = dataset.take(1000)
    if not rows:
        return None
    return ",".join(_meed.layout(rows, map=options.get("map"))["group_by"]) or None


def _with_outputs(table, scored):
    import pyarrow

    return _joined(table, pyarrow.table(scored))


def _joined(table, outputs):
    """The columns of a table and then the outputs; an input column with the name of an output is kept as
    `<name>_input`, as `meed score` keeps it."""
    if outputs is None:
        return table
    taken = set(outputs.column_names)
    names = []
    for name in table.column_names:
        free = name
        while free in taken or (free != name and free in table.column_names):
            free += "_input"
        names.append(free)
    table = table.rename_columns(names)
    for field in outputs.schema:
        table = table.append_column(field, outputs.column(field.name))
    return table
