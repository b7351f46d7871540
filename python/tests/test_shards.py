"""A batch scored in shards is the batch scored at once."""

import pickle

import pytest

import meed
from meed import _meed


def rows():
    return [
        {
            "prompt": f"p{i % 5}",
            "completion": f"\\boxed{{{i % 3}}}",
            "answer": "1",
            "r": (i * 7 % 11) / 3,
            "logp": [-(i * 3 % 7) / 5.0 for _ in range(i % 4)],
            "rm": {"a": i / 7, "b": -i / 3},
            "task_note": f"t{i % 5}",
        }
        for i in range(23)
    ]


SPEC = """
correct = math()
centred = correct - correct.mean("group")
wide = col("r").z("batch")
mean = correct.mean("group")
share = correct.mean("batch")
tokens = logp - logp.mean("batch")
lanes = col("rm") - col("rm").mean("batch")
rank = col("r").rank("batch")
mapped = map(lambda t, r: len(t) + r, text, col("r"))
note = col("task_note")
"""


@pytest.mark.parametrize("cuts", [[23], [5, 18], [1, 1, 10, 11], [7, 7, 9]])
def test_every_output_is_the_same(cuts):
    spec = meed.parse(SPEC)
    data = rows()
    shards, at = [], 0
    for n in cuts:
        shards.append(pickle.loads(pickle.dumps(_meed.shard(spec, data[at : at + n], group_by="prompt"))))
        at += n
    whole = spec.score(data, group_by="prompt")
    parts = _meed.finish(spec, shards)
    for name in whole:
        together = [v for part in parts for v in part.per_rollout(name)]
        assert together == whole.per_rollout(name), name


def test_a_batch_pickles():
    import numpy as np

    batch = meed.Batch(
        {"r": np.arange(3.0), "t": ["a", None, "c"], "x": ("token", np.arange(4.0))},
        groups=[2, 1],
        axes={"token": [0, 1, 1, 4]},
        step=4,
    )
    again = pickle.loads(pickle.dumps(batch))
    assert again.axes == batch.axes and again.columns == batch.columns
    for name in batch.columns:
        assert again[name].nested() == batch[name].nested() and again[name].reasons == batch[name].reasons
    spec = meed.Spec(x=meed.col("x", axis="token").sum("rollout") + meed.step())
    assert spec.score(again)["x"].tolist() == spec.score(batch)["x"].tolist() == [4.0, 4.0, 10.0]
