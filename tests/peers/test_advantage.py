import numpy as np
import pytest


def test_group_normalised_advantage_as_in_numpy(score):
    rewards = np.random.default_rng(1).normal(size=(50, 8))
    rows = [{"task": str(t), "prompt": "p", "response": "r", "r": x} for t, group in enumerate(rewards) for x in group]
    spec = 'r = col("r", axis="rollout")\nadvantage = r.z("group", ddof=1, eps=1e-6)\n'
    out = np.array([row["advantage"] for row in score(spec, rows)]).reshape(rewards.shape)
    spread = rewards.std(1, ddof=1, keepdims=True)
    assert out == pytest.approx((rewards - rewards.mean(1, keepdims=True)) / (spread + 1e-6), abs=1e-12)
