"""Ray Data on a local cluster: the numbers of one process."""

import json
import os
import pathlib

import pytest

import meed

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")
import meed.ray  # noqa: E402


@pytest.fixture(scope="module")
def cluster():
    # Workers find the package where it was found here.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(pathlib.Path(meed.__file__).parents[1]), before]))
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


LOCAL = "reward = math()\nkey = answer_key()\n"
WIDE = """
reward = math()
centred = (reward - reward.mean("group")) / (reward.std("group") + 1e-6)
rank = reward.rank("batch")
shift = length - length.mean("batch")
share = reward.mean("batch")
"""


def rows():
    made = []
    for i in range(60):
        task = i % 15
        answer = task if i % 4 else task + 1
        made.append({"prompt": f"{task}+0?", "completion": f"\\boxed{{{answer}}}", "answer": str(task), "length": i * 0.1})
    made[7]["answer"] = "\\frac{"
    return made


@pytest.mark.parametrize("source, blocks", [(LOCAL, 7), (WIDE, 1), (WIDE, 7)])
def test_the_numbers_are_those_of_the_command_line(cluster, cli, tmp_path, source, blocks):
    data = rows()
    path = tmp_path / "spec.star"
    path.write_text(source)
    written = cli(path, data, "--gather")
    scored = meed.ray.score(ray.data.from_items(data, override_num_blocks=blocks), str(path), concurrency=1)
    found = sorted(scored.take_all(), key=lambda row: row["length"])
    assert [row["completion"] for row in found] == [row["completion"] for row in data]
    for name in meed.load(path).outputs:
        assert [row[name] for row in found] == written[name], name
    assert json.loads(json.dumps(found[7]["reasons"], default=str))["reward"] == written["reasons"][7]["reward"]


def test_the_examples(cluster, cli, rollouts, math_spec):
    written = cli(math_spec, rollouts)
    scored = meed.ray.score(ray.data.from_items(rollouts, override_num_blocks=3), math_spec)
    found = scored.take_all()
    order = {json.dumps([row["prompt"], row["completion"]]): i for i, row in enumerate(rollouts)}
    found.sort(key=lambda row: order[json.dumps([row["prompt"], row["completion"]])])
    for name in meed.load(math_spec).outputs:
        assert [row[name] for row in found] == written[name], name


def test_python_scorers_travel(cluster):
    @meed.scorer
    def size(text):
        return len(text)

    spec = meed.Spec(reward=size() - size().mean("batch"))
    data = rows()
    found = meed.ray.score(ray.data.from_items(data, override_num_blocks=4), spec).take_all()
    found.sort(key=lambda row: row["length"])
    assert [row["reward"] for row in found] == spec.score(data)["reward"].tolist()
