"""OpenRLHF, slime, ms-swift and verifiers: their calls, with the arguments they are made with."""

import asyncio
import importlib.util
import json
import math
import subprocess
import sys
import types

import pytest

import meed
import meed.openrlhf
import meed.slime
import meed.swift
import meed.verifiers


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "spec.star"
    path.write_text(
        "correct = math()\nreward = correct * 2\nrepeats = repetition(text)\ncentred = reward - reward.mean('group')\n"
    )
    return str(path)


class TestOpenRLHF:
    """`utils/agent.py` of 0.11.2: `reward_func([query], [prompt], [label])` in a thread; the query is decoded with
    special tokens, prompt first."""

    PROMPT = "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n"

    def call(self, function, answer="\\boxed{2}", label="2"):
        return function([f"{self.PROMPT}{answer}<|im_end|>"], [self.PROMPT], [label])

    def test_a_file_of_ones_own(self, spec, tmp_path):
        pytest.importorskip("torch")
        file = tmp_path / "reward.py"
        file.write_text(f"import meed.openrlhf\nreward_func = meed.openrlhf.reward_func({spec!r})\n")
        loaded = importlib.util.spec_from_file_location("reward_func", file)
        module = importlib.util.module_from_spec(loaded)
        loaded.loader.exec_module(module)
        found = self.call(module.reward_func)
        assert found["rewards"].tolist() == [2.0] and found["scores"].tolist() == [1.0]
        assert found["extra_logs"]["correct"].tolist() == [1.0]
        # `.item()` is what the trainer takes of each.
        assert found["rewards"].shape == (1,)

    def test_the_packages_own_file(self, spec, monkeypatch):
        pytest.importorskip("torch")
        path = subprocess.run([sys.executable, "-m", "meed.openrlhf"], capture_output=True, text=True, check=True)
        monkeypatch.setenv("MEED_SPEC", spec)
        loaded = importlib.util.spec_from_file_location("reward_func", path.stdout.strip())
        module = importlib.util.module_from_spec(loaded)
        loaded.loader.exec_module(module)
        assert self.call(module.reward_func)["rewards"].tolist() == [2.0]
        assert self.call(module.reward_func, answer="3")["rewards"].tolist() == [0.0]

    def test_what_its_client_expects_of_a_server(self, spec):
        body = {"query": [f"{self.PROMPT}\\boxed{{2}}<|im_end|>"], "prompts": [self.PROMPT], "labels": ["2"]}
        reply = json.loads(json.dumps(meed.openrlhf.reply(spec, body)))
        assert reply["rewards"] == [2.0] and reply["scores"] == [1.0] and reply["extra_logs"]["correct"] == [1.0]
        empty = {"query": [], "prompts": [], "labels": []}
        assert meed.openrlhf.reply(spec, empty) == {"rewards": [], "scores": [], "extra_logs": {}}

    def test_batches_of_older_versions_and_groups(self, spec):
        reward = meed.openrlhf.Reward(spec, "centred")
        queries = [f"{self.PROMPT}\\boxed{{{n}}}" for n in (2, 3)]
        found = reward.reply(queries, [self.PROMPT] * 2, ["2", "2"])
        assert found["rewards"] == [1.0, -1.0]
        with pytest.raises(meed.SpecError, match="looks at other rollouts"):
            reward.reply(queries[:1], [self.PROMPT], ["2"])

    def test_an_absent_reward(self, spec):
        torch = pytest.importorskip("torch")
        found = meed.openrlhf.Reward(spec)(["p\\boxed{2}"], ["p"], ["\\frac{"])
        assert torch.isnan(found["rewards"]).tolist() == [True]
        assert meed.openrlhf.Reward(spec, absent=0.0)(["p2"], ["p"], ["\\frac{"])["rewards"].tolist() == [0.0]

    def test_special_tokens_are_no_answer(self):
        response = meed.openrlhf.Reward("grpo").response
        assert response("<s>ask: 4</s>", "ask:") == "4"
        assert response("ask4<|eot_id|><|end_of_text|>", "ask") == "4"
        assert meed.openrlhf.Reward("grpo", special=["[END]"]).response("ask4[END]", "ask") == "4"
        assert response("ask a < b and c > d", "ask") == "a < b and c > d"


class Sample:
    """slime's `Sample`, the fields a reward may read."""

    def __init__(self, prompt, response, label, metadata=None):
        self.prompt, self.response, self.label = prompt, response, label
        self.tokens, self.response_length, self.reward = [1, 2, 3], 2, None
        self.metadata = metadata or {}
        self.status = "completed"


class TestSlime:
    def test_one_sample(self, spec, monkeypatch):
        monkeypatch.setenv("MEED_SPEC", spec)
        sample = Sample("1+1?", "\\boxed{2}", "2", {"rm_type": "math"})
        found = asyncio.run(meed.slime.reward(types.SimpleNamespace(), sample, evaluation=True))
        assert found["score"] == 2.0 and found["valid"] == 1.0 and found["correct"] == 1.0
        assert asyncio.iscoroutinefunction(meed.slime.reward) and asyncio.iscoroutinefunction(meed.slime.group)

    def test_a_group(self, tmp_path):
        path = tmp_path / "group.star"
        path.write_text("correct = math()\nreward = correct - correct.mean('group')\nshort = length\n")
        samples = [Sample("1+1?", f"\\boxed{{{n}}}", "2") for n in (2, 3)]
        found = asyncio.run(meed.slime.group(types.SimpleNamespace(meed_spec=str(path)), samples))
        assert [f["score"] for f in found] == [0.5, -0.5] and found[0]["short"] == 2.0

    def test_what_its_client_expects_of_a_server(self, spec):
        reply = meed.slime.reply(spec, {"prompt": "1+1?", "response": "2", "label": "2"})
        assert json.loads(json.dumps(reply))["score"] == 2.0


@pytest.fixture
def swift(monkeypatch):
    """ms-swift's `rewards`, when it cannot be imported: the base class and the table as they are in 4.6."""
    try:
        import swift.rewards as real
    except ImportError:

        class ORM:
            def __init__(self, args=None, **kwargs):
                self.args = args

            def __call__(self, **kwargs):
                raise NotImplementedError

        real = types.ModuleType("swift.rewards")
        real.ORM, real.orms = ORM, {}
        package = types.ModuleType("swift")
        package.rewards = real
        monkeypatch.setitem(sys.modules, "swift", package)
        monkeypatch.setitem(sys.modules, "swift.rewards", real)
    return real


class TestSwift:
    def test_registered_and_called(self, swift, spec):
        made = meed.swift.register("mine", spec)
        assert swift.orms["mine"] is made and issubclass(made, swift.ORM) and made.__name__ == "mine"
        chat = [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "..."}]
        state = types.SimpleNamespace(global_step=1, max_steps=5)
        values = made(args=None)(
            completions=["\\boxed{2}", "3"], messages=[chat, chat], solution=["2", "2"], trainer_state=state
        )
        assert values == [2.0, 0.0]
        centred = meed.swift.orm(spec, "centred")()
        assert centred(completions=["2", "3"], messages=[chat, chat], solution=["2", "2"]) == [1.0, -1.0]


class Trace:
    """What a v1 hook reads of a trace, and where it records."""

    def __init__(self, reply):
        self.last_reply, self.metrics = reply, {}

    def record_metric(self, name, value):
        self.metrics[name] = float(value)


@pytest.fixture
def episode(tmp_path):
    """`episode(spec, reply)`: the real package's task, with the hook in its configuration, the trace and the episode."""
    vf = pytest.importorskip("verifiers.v1", exc_type=ImportError)
    from verifiers.v1.graph import MessageNode

    class Data(vf.TaskData):
        answer: str

    class Task(vf.Task[Data]):
        pass

    def made(spec, reply, answer="2"):
        file = tmp_path / "rewards.py"
        file.write_text(f"import meed.verifiers\nmath = meed.verifiers.reward({spec!r})\n")
        config = vf.TaskConfig(rewards={"right": {"fn": f"{file}:math", "weight": 0.5}})
        task = Task(Data(idx=3, prompt="1+1?", answer=answer), config)
        traced = vf.TraceTask(type="Task", data=task.data, key=task.key)
        trace = vf.Trace(task=traced, agent=vf.AgentInfo(config=vf.AgentConfig()))
        said = [vf.UserMessage(content="1+1?"), vf.AssistantMessage(content=reply)]
        trace.nodes = [MessageNode(message=said[0]), MessageNode(message=said[1], parent=0, sampled=True)]
        return task, trace, vf.Episode(task=traced, traces=[trace])

    return made


class TestVerifiers:
    TASK = types.SimpleNamespace(data=types.SimpleNamespace(idx=3, prompt="1+1?", answer="2", tools=None, info={}))

    def test_v1_hook(self, spec):
        hook = meed.verifiers.reward(spec)
        trace = Trace("\\boxed{2}")
        assert asyncio.run(hook(task=self.TASK, trace=trace)) == 2.0
        assert trace.metrics["correct"] == 1.0 and "repeats" in trace.metrics and "centred" not in trace.metrics
        assert asyncio.run(hook(task=self.TASK, trace=Trace("3"))) == 0.0

    def test_an_absent_reward_is_an_error_of_the_task(self, spec):
        task = types.SimpleNamespace(data=types.SimpleNamespace(prompt="?", answer="\\frac{"))
        with pytest.raises(RuntimeError, match="absent"):
            asyncio.run(meed.verifiers.reward(spec)(task=task, trace=Trace("2")))

    def test_the_real_package_scores_with_the_hook(self, episode, spec):
        task, trace, _ = episode(spec, "so it is \\boxed{2}")
        asyncio.run(task.score(trace))
        assert trace.rewards["right"].score == 2.0 and trace.reward == 1.0
        assert trace.metrics == {"correct": 1.0, "repeats": 0.0}
        task, trace, _ = episode(spec, "2", answer="\\frac{")
        with pytest.raises(Exception, match="absent") as caught:
            asyncio.run(task.score(trace))
        assert type(caught.value).__name__ == "TaskError" and trace.rewards == {"right": None}

    def test_what_the_real_package_writes_is_scored_again(self, episode, spec, tmp_path):
        records = [episode(spec, f"\\boxed{{{n}}}")[2].to_record() for n in (2, 3)]
        path = tmp_path / "traces.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        dump = meed.read_dump(path)
        assert dump.layout == "verifiers traces" and dump["prompt"].tolist() == ["1+1?"] * 2
        scored = meed.load(spec).score(dump)
        assert scored["reward"].tolist() == [2.0, 0.0] and scored["centred"].tolist() == [1.0, -1.0]

    def test_legacy_rubric(self, spec):
        import inspect

        one = meed.verifiers.legacy(spec)
        assert set(inspect.signature(one).parameters) == {"prompt", "completion", "answer", "info"}
        chat = [{"role": "assistant", "content": "\\boxed{2}"}]
        assert one(prompt=[{"role": "user", "content": "1+1?"}], completion=chat, answer="2", info={}) == 2.0
        group = meed.verifiers.legacy(spec, "centred", group=True)
        assert inspect.signature(group).return_annotation == list[float]
        values = group(prompts=["1+1?"] * 2, completions=["2", "3"], answers=["2", "2"], infos=[{}, {}])
        assert values == [1.0, -1.0] and not any(map(math.isnan, values))
