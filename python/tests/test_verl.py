"""verl: `compute_score` by file, and the managers, against the real package where it can be imported."""

import asyncio
import importlib.util
import math
import pickle

import pytest

import meed
import meed.verl
from meed._rows import spec_of



@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "spec.star"
    path.write_text("reward = math()\nbrief = repetition(text)\ncentred = reward - reward.mean('group')\n")
    return str(path)


CALLS = [
    dict(data_source="gsm8k", solution_str="so #### 4", ground_truth="4", extra_info={"index": 3, "split": "train"}),
    dict(data_source="gsm8k", solution_str="so #### 5", ground_truth="4", extra_info=None),
    dict(data_source="math", solution_str="4", ground_truth="???\\", extra_info={"num_turns": None, "rollout_reward_scores": {}}),
    dict(data_source="math", solution_str="", ground_truth=4, extra_info={"answer": [1, 2], "nested": {"a": None}}),
]


def test_every_call_has_the_same_numeric_keys(spec):
    found = [meed.verl.compute_score(**call, spec=spec) for call in CALLS]
    keys = {"score", "valid", "brief", "brief_valid"}
    assert all(set(f) == keys for f in found)
    assert all(isinstance(v, float) and math.isfinite(v) for f in found for v in f.values())
    assert [f["score"] for f in found][:2] == [1.0, 0.0]
    # The reference cannot be read: that is no wrong answer.
    assert found[2]["valid"] == 0.0 and found[2]["score"] == 0.0
    assert meed.verl.compute_score(**CALLS[2], spec=spec, absent=-1.0)["score"] == -1.0
    assert asyncio.run(meed.verl.acompute_score(**CALLS[0], spec=spec))["score"] == 1.0


def test_the_numbers_are_those_of_the_command_line(cli, spec, rollouts):
    written = cli(spec, rollouts)
    for i, row in enumerate(rollouts):
        found = meed.verl.compute_score("math", row["completion"], row["answer"], spec=spec)
        expected = written["reward"][i]
        assert found["valid"] == (expected is not None) and found["score"] == (expected or 0.0)


def test_outputs_that_look_at_other_rollouts_are_refused_one_by_one(spec):
    with pytest.raises(meed.SpecError, match="looks at other rollouts"):
        meed.verl.compute_score(**CALLS[0], spec=spec, output="centred")


def test_the_spec_is_named(monkeypatch, spec):
    monkeypatch.delenv("MEED_SPEC", raising=False)
    with pytest.raises(ValueError, match="no spec"):
        meed.verl.compute_score(**CALLS[0])
    monkeypatch.setenv("MEED_SPEC", spec)
    assert meed.verl.compute_score(**CALLS[0])["score"] == 1.0
    assert spec_of(spec) is spec_of(spec)


def test_loaded_by_its_path(spec):
    """verl runs a file outside its package."""
    loaded = importlib.util.spec_from_file_location("custom", meed.verl.__file__)
    module = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(module)
    assert module.compute_score(**CALLS[0], spec=spec)["score"] == 1.0
    assert pickle.loads(pickle.dumps(meed.verl.compute_score)) is meed.verl.compute_score


class Tokenizer:
    """Decodes characters, 0 is padding."""

    def decode(self, ids, skip_special_tokens=True):
        return "".join(chr(int(i)) for i in ids)


@pytest.fixture(scope="module")
def verl():
    pytest.importorskip("torch")
    return pytest.importorskip("verl", exc_type=ImportError)


def proto(verl, texts, truths, uids):
    import numpy as np
    import torch
    from verl import DataProto

    length = max(map(len, texts))
    responses = torch.zeros(len(texts), length, dtype=torch.long)
    mask = torch.zeros(len(texts), 2 + length, dtype=torch.long)
    mask[:, :2] = 1
    for i, text in enumerate(texts):
        responses[i, : len(text)] = torch.tensor([ord(c) for c in text])
        mask[i, 2 : 2 + len(text)] = 1
    objects = lambda values: np.array(values, dtype=object)
    return DataProto.from_dict(
        tensors={"prompts": torch.ones(len(texts), 2, dtype=torch.long), "responses": responses, "attention_mask": mask},
        non_tensors={
            "data_source": objects(["gsm8k"] * len(texts)),
            "reward_model": objects([{"style": "rule", "ground_truth": t} for t in truths]),
            "extra_info": objects([{"index": i} for i in range(len(texts))]),
            "uid": objects(uids),
        },
    )


def test_the_batch_manager_sees_groups(verl, spec):
    data = proto(verl, ["#### 4", "#### 5", "#### 7"], ["4", "4", "7"], ["a", "a", "b"])
    manager = meed.verl.BatchRewardManager(Tokenizer(), 0, None, spec=spec, output="centred")
    found = manager(data, return_dict=True)
    assert found["reward_tensor"][:, 5].tolist() == [0.5, -0.5, 0.0]
    assert found["reward_extra_info"]["reward"] == [1.0, 0.0, 1.0]
    assert manager(data).sum().item() == 0.0
    from verl.workers.reward_manager import get_reward_manager_cls

    assert get_reward_manager_cls("meed") is meed.verl.BatchRewardManager


def test_the_reward_loop_manager(verl, spec):
    pytest.importorskip("ray")
    from omegaconf import OmegaConf

    data = proto(verl, ["#### 4", "#### 5"], ["4", "4"], ["a", "a"])
    config = OmegaConf.create({"reward": {"custom_reward_function": {"reward_kwargs": {"spec": spec}}}})

    async def run():
        manager = meed.verl.RewardManager(config, Tokenizer(), None)
        return [await manager.run_single(data[i : i + 1]) for i in range(2)]

    found = asyncio.run(run())
    assert [f["reward_score"] for f in found] == [1.0, 0.0]
    assert found[0]["reward_extra_info"]["valid"] == 1.0
    # The name the configuration had before 0.8.
    old = OmegaConf.create({"custom_reward_function": {"reward_kwargs": {"spec": spec}}})
    assert meed.verl._kwargs(old) == {"spec": spec}


def test_verl_loads_the_function_itself(verl, spec):
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import get_custom_reward_fn

    for path in ("pkg://meed.verl", meed.verl.__file__):
        function = {"path": path, "name": "compute_score", "reward_kwargs": {"spec": spec}}
        loaded = get_custom_reward_fn(OmegaConf.create({"reward": {"custom_reward_function": function}}))
        assert loaded(**CALLS[0])["score"] == 1.0
