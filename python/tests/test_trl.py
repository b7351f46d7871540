"""TRL: the reward function's contract, and a GRPO run of a tiny model on the CPU."""

import inspect
import pathlib
import pickle
import re

import pytest

import meed
import meed.trl

ROWS = {
    "prompts": ["1+1?", "1+1?", "2+2?", "2+2?"],
    "completions": ["It is 2.", "It is 3.", "4", "no idea"],
    # What cannot be read as a number.
    "answer": ["2", "2", "4", "four"],
}


class State:
    global_step, max_steps = 3, 10


def test_the_contract_of_a_reward_function():
    correct = meed.number()
    spec = meed.Spec(
        reward=correct,
        brief=meed.length < 3,
        mean=correct.mean("group"),
        key=meed.answer_key(),
        at=meed.step(),
        done=meed.progress(),
    )
    reward = meed.trl.reward(spec, name="right")
    extra, metrics = {}, {}
    ids = [[1, 2, 3, 4], [1, 2, 3, 4], [1], [1, 2]]
    values = reward(
        **ROWS,
        completion_ids=ids,
        trainer_state=State(),
        log_extra=extra.__setitem__,
        log_metric=metrics.__setitem__,
        images=[object()] * 4,
    )
    # Without a reference that can be read the reward is absent, which TRL takes as None.
    assert values == [1.0, 0.0, 1.0, None]
    assert reward.__name__ == "right" and not inspect.iscoroutinefunction(reward)
    assert extra["mean"] == [0.5, 0.5, 1.0, 1.0] and extra["brief"] == [False, False, True, True]
    assert set(metrics) == {"right/absent", "right/brief", "right/mean", "right/at", "right/done"}
    assert metrics["right/absent"] == 0.25 and metrics["right/at"] == 3 and metrics["right/done"] == 0.3
    assert pickle.loads(pickle.dumps(reward))(**ROWS, completion_ids=ids, trainer_state=State()) == values


def test_conversations():
    reward = meed.trl.reward(meed.Spec(reward=meed.number()))
    chat = lambda role, text: [{"role": role, "content": text}]
    values = reward(
        prompts=[chat("user", p) for p in ROWS["prompts"]],
        completions=[chat("assistant", c) for c in ROWS["completions"]],
        solution=ROWS["answer"],
    )
    assert values == [1.0, 0.0, 1.0, None]


def test_groups_are_prompts_or_so_many_in_a_row():
    advantage = meed.number().or_else(0)
    spec = meed.Spec(advantage=advantage - advantage.mean("group"))
    assert meed.trl.reward(spec, output="advantage")(**ROWS) == [0.5, -0.5, 0.5, -0.5]
    same = {**ROWS, "prompts": ["same"] * 4}
    assert meed.trl.reward(spec, output="advantage", group_size=2)(**same) == [0.5, -0.5, 0.5, -0.5]


def test_names():
    assert meed.trl.reward("grpo", output="advantage").__name__ == "advantage"
    spec = meed.parse("reward = number()", name="dir/pass.star")
    assert meed.trl.reward(spec).__name__ == "pass"
    with pytest.raises(ValueError, match="no output `rewrd`"):
        meed.trl.reward(spec, output="rewrd")
    with pytest.raises(ValueError, match="one number per rollout"):
        meed.trl.reward(meed.Spec(reward=meed.logp))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A randomly initialised model and a tokenizer of whole words, both made here."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "<eos>", "<unk>", *"0123456789+-*?=.", "It", "is", "the", "answer"]
    model = models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(pattern="", behavior="isolated")]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        chat_template="{% for message in messages %}{{ message['content'] }} {% endfor %}",
    )
    config = transformers.Qwen2Config(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=1,
    )
    path = tmp_path_factory.mktemp("tiny")
    transformers.Qwen2ForCausalLM(config).save_pretrained(path)
    fast.save_pretrained(path)
    return str(path)


@pytest.fixture(scope="module")
def tasks(rollouts):
    """Four tasks of the examples."""
    rows = {row["task"]: {"prompt": row["prompt"], "answer": row["answer"]} for row in rollouts}
    return list(rows.values())[:4]


def config(trl, path, **options):
    """On the CPU, two rollouts for each of four tasks at a time."""
    return trl.GRPOConfig(
        output_dir=str(path),
        per_device_train_batch_size=8,
        num_generations=2,
        max_completion_length=8,
        report_to=[],
        use_cpu=True,
        bf16=False,
        save_strategy="no",
        disable_tqdm=True,
        seed=0,
        **options,
    )


def test_the_readme_trains(tiny, tasks, tmp_path, math_spec, monkeypatch):
    trl = pytest.importorskip("trl")
    from datasets import Dataset

    class OnTheCpu(trl.GRPOTrainer):
        def __init__(self, *given, **named):
            super().__init__(*given, args=config(trl, tmp_path, max_steps=1), **named)

    monkeypatch.setattr(trl, "GRPOTrainer", OnTheCpu)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reward.star").write_text(pathlib.Path(math_spec).read_text())
    readme = pathlib.Path(__file__).resolve().parents[2] / "README.md"
    [code] = [block for block in re.findall(r"```python\n(.*?)```", readme.read_text(), re.S) if "meed.trl" in block]
    names = {"model": tiny, "dataset": Dataset.from_list(tasks)}
    exec(code, names)
    assert "rewards/reward/mean" in names["trainer"].state.log_history[0]


def test_a_grpo_run_trains_logs_and_survives_an_absent_reward(tiny, tasks, tmp_path, math_spec):
    trl = pytest.importorskip("trl")
    from datasets import Dataset

    dataset = Dataset.from_list(tasks)
    # The example's own reward, and one that is absent for every other rollout.
    half = meed.Spec(reward=meed.number().where(meed.length % 2 == 0))
    spec = meed.trl.reward(math_spec)
    args = config(trl, tmp_path, max_steps=5, logging_steps=1, log_completions=True)
    trainer = trl.GRPOTrainer(
        model=tiny, reward_funcs=[spec, meed.trl.reward(half, name="half")], args=args, train_dataset=dataset
    )
    trainer.train()
    logs = [entry for entry in trainer.state.log_history if "reward" in entry]
    assert trainer.state.global_step == 5 and len(logs) == 5
    assert all(f"rewards/{spec.__name__}/mean" in entry for entry in logs)
    components = [name for name in spec.spec.outputs if name != "reward"]
    for name in components:
        assert all(f"{spec.__name__}/{name}" in entry for entry in logs), (name, sorted(logs[0]))
    assert any(0 < entry["half/absent"] < 1 for entry in logs), [e["half/absent"] for e in logs]
    tables = sorted((tmp_path / "completions").glob("*.parquet"))
    assert tables
    # TRL's own dump is scored again, and says the same.
    dump = meed.read_dump(tmp_path / "completions")
    assert dump.layout == "TRL dump"
    import pandas

    table = pandas.concat([pandas.read_parquet(path) for path in tables])
    assert set(components) <= set(table.columns)
    again = meed.load(math_spec).score(dump)
    for name in ("correct", "reward"):
        logged = table[name if name != "reward" else spec.__name__]
        assert again.per_rollout(name) == logged.tolist(), name
