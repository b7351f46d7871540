"""Other people's dumps."""

import json

import pytest

import meed


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_verl(tmp_path):
    for step in (1, 2, 10):
        rows = [
            {"input": "user\n1+1?", "output": f"#### {n}", "gts": "2", "score": float(n == 2), "step": step, "acc": 1}
            for n in (2, 3)
        ]
        write(tmp_path / f"{step}.jsonl", rows)
    dump = meed.read_dump(tmp_path)
    assert dump.layout == "verl dump" and dump.batch_by == "step" and dump.rows == "rollout"
    assert [b.axes["rollout"] for b in dump.batches({"score"})] == [2, 2, 2]
    spec = meed.Spec(same=meed.number() == meed.col("score"), at=meed.step() + 0 * meed.col("score"))
    scored = spec.score(dump)
    assert scored["same"].tolist() == [True] * 6
    assert scored["at"].tolist() == [1, 1, 2, 2, 10, 10]


def test_trl(tmp_path):
    pandas = pytest.importorskip("pandas")
    for step in (1, 2):
        table = {
            "step": [step] * 2,
            "prompt": ["1+1?"] * 2,
            "completion": ["2", "3"],
            "accuracy": [1.0, 0.0],
            "advantage": [1.0, -1.0],
            "solution": ["2", "2"],
        }
        pandas.DataFrame(table).to_parquet(tmp_path / f"completions_{step:05}.parquet")
    dump = meed.read_dump(str(tmp_path))
    assert dump.layout == "TRL dump"
    scored = meed.Spec(r=meed.number(), a=meed.number() - meed.number().mean("group")).score(dump)
    assert scored["r"].tolist() == dump["accuracy"].tolist() == [1.0, 0.0] * 2
    assert scored["a"].tolist() == [0.5, -0.5] * 2


def test_nemo_gym_with_its_inputs(tmp_path):
    def response(text):
        content = [{"type": "output_text", "text": text}]
        return {"output": [{"type": "reasoning", "content": []}, {"type": "message", "role": "assistant", "content": content}]}

    inputs, rollouts = [], []
    for task in range(2):
        for rollout in range(2):
            key = {"_ng_task_index": task, "_ng_rollout_index": rollout}
            asked = {"responses_create_params": {"input": [{"role": "user", "content": f"{task}+1?"}]}}
            inputs.append({**key, **asked, "expected_answer": str(task + 1), "reward": -5})
            rollouts.append({**key, **asked, "response": response(f"\\boxed{{{rollout + 1}}}"), "reward": 0.5})
    write(tmp_path / "rollouts.jsonl", rollouts[::-1])
    write(tmp_path / "rollouts_materialized_inputs.jsonl", inputs)
    write(tmp_path / "rollouts_failures.jsonl", [{"_ng_task_index": 9, "error": "x"}])
    for path in (tmp_path / "rollouts.jsonl", tmp_path):
        dump = meed.read_dump(path)
        assert dump.layout == "NeMo Gym" and dump.group_by == ["_ng_task_index"]
        assert dump["answer"].tolist() == ["2", "2", "1", "1"]
        assert dump["reward"].tolist() == [0.5] * 4
        assert meed.Spec(r=meed.math()).score(dump)["r"].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_verifiers(tmp_path):
    chat = lambda role, text: [{"role": role, "content": text}]
    rows = [
        {
            "example_id": i // 2,
            "prompt": chat("user", "1+1?"),
            "completion": chat("assistant", f"\\boxed{{{i}}}"),
            "answer": "2",
            "reward": 0.0,
            "metrics": {"m": 1.0},
        }
        for i in range(4)
    ]
    write(tmp_path / "results.jsonl", rows)
    dump = meed.read_dump(tmp_path / "results.jsonl")
    assert dump.layout == "verifiers" and dump.group_by == ["example_id"]
    assert meed.Spec(r=meed.math()).score(dump)["r"].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_openrlhf(tmp_path):
    rows = [{"prompts": "ask: ", "queries": f"ask: {n}", "labels": "2"} for n in (2, 3)]
    write(tmp_path / "out.jsonl", rows)
    dump = meed.read_dump(tmp_path / "out.jsonl")
    assert dump.layout == "OpenRLHF" and dump["text"].tolist() == ["2", "3"]
    assert meed.Spec(r=meed.exact()).score(dump)["r"].tolist() == [1.0, 0.0]


def test_what_is_not_there_is_told(tmp_path):
    write(tmp_path / "a.jsonl", [{"completion": "x"}])
    dump = meed.read_dump(tmp_path / "a.jsonl")
    with pytest.raises(KeyError, match="there is no column `score`"):
        dump["score"]
    with pytest.raises(OSError):
        meed.read_dump(tmp_path / "b.jsonl")
