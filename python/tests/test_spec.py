"""Specs in Python: errors, knobs, state, pickles."""

import copy
import pickle

import pytest

import meed


def test_errors_show_the_line_and_a_caret():
    reward = meed.number()
    votes = meed.col("votes", axis="vote")
    steps = meed.prm
    wrong = votes + steps  # the line at fault
    with pytest.raises(meed.SpecError) as caught:
        meed.Spec(reward=reward, wrong=wrong)
    error = caught.value
    text = str(error)
    assert "wrong = votes + steps" in text and "test_spec.py" in text
    caret = text.splitlines()[[i for i, line in enumerate(text.splitlines()) if "votes + steps" in line][0] + 1]
    assert caret.count("^") == len("votes + steps")
    assert error.line == test_errors_show_the_line_and_a_caret.__code__.co_firstlineno + 4
    assert error.help and "vote" in error.message


def test_errors_of_files_show_their_line():
    with pytest.raises(meed.SpecError) as caught:
        meed.parse("reward = number()\nadvantage = reward.meen('group')\n", name="my.star")
    assert caught.value.file == "my.star" and caught.value.line == 2
    assert "^" in str(caught.value) and "did you mean `.mean`" in str(caught.value)


def test_columns_that_are_not_there_are_told_against_the_data():
    spec = meed.Spec(reward=meed.col("scor"))
    with pytest.raises(meed.SpecError, match="did you mean `score`"):
        spec.score([{"completion": "a", "score": 1}])


def test_knobs():
    spec = meed.parse("s = param('scale', 2, 'how much')\nreward = col('r') * s")
    rows = [{"r": 1.5}]
    assert spec.params["scale"] == {"value": 2.0, "default": 2.0, "help": "how much"}
    assert spec.score(rows)["reward"].tolist() == [3.0]
    assert spec.with_params(scale=10).score(rows)["reward"].tolist() == [15.0]
    with pytest.raises(meed.SpecError, match="no param `scal`"):
        spec.with_params(scal=1)
    scale = meed.param("scale", 2, "how much")
    ours = meed.Spec(reward=meed.col("r") * scale)
    assert ours.with_params(scale=4).score(rows)["reward"].tolist() == [6.0]
    assert meed.load("grpo", ddof=0).params["ddof"]["value"] == 0.0


def test_state_is_kept_from_batch_to_batch():
    seen = meed.state("seen")
    meed.update(seen, seen + meed.col("r").count("batch"))
    spec = meed.Spec(before=seen + 0 * meed.col("r"))
    rows = [{"r": 1.0}, {"r": 2.0}]
    assert spec.score(rows)["before"].tolist() == [0.0, 0.0]
    assert spec.score(rows)["before"].tolist() == [2.0, 2.0]
    again = pickle.loads(pickle.dumps(spec))
    assert again.score(rows)["before"].tolist() == [4.0, 4.0]
    text = spec.state
    spec.set_state()
    assert spec.score(rows)["before"].tolist() == [0.0, 0.0]
    spec.set_state(text)
    assert spec.score(rows)["before"].tolist() == [4.0, 4.0]


def test_chance_is_that_of_a_spec_file():
    rows = [{"prompt": f"p{i // 4}", "completion": "x"} for i in range(16)]
    a, b = meed.uniform("rollout"), meed.uniform("rollout")
    ours = meed.Spec(a=a, b=b).score(rows, seed=7)
    file = meed.parse('a = uniform("rollout")\nb = uniform("rollout")').score(rows, seed=7)
    assert ours["a"].tolist() == file["a"].tolist() and ours["b"].tolist() == file["b"].tolist()
    assert ours["a"].tolist() != ours["b"].tolist()


def test_pickles_come_back_the_same(rollouts, math_spec):
    correct = meed.number()
    z = meed.length(meed.text, unit="words").z("group") if False else correct.z("group", ddof=1)
    ours = meed.Spec(reward=meed.where(correct > 0, z.or_else(0), -1), parts=meed.isin(correct, [0, 1]))
    for spec in (ours, meed.load(math_spec), meed.load("grpo")):
        again = pickle.loads(pickle.dumps(spec))
        assert again.outputs == spec.outputs
        assert copy.deepcopy(spec).outputs == spec.outputs
    first, second = ours.score(rollouts), pickle.loads(pickle.dumps(ours)).score(rollouts)
    for name, column in first.items():
        assert column.tolist() == second[name].tolist()
        kept = pickle.loads(pickle.dumps(column))
        assert kept.tolist() == column.tolist() and kept.reasons == column.reasons and kept.axis == column.axis


def test_an_error_survives_pickling_of_its_expression():
    wrong = meed.col("votes", axis="vote") + meed.prm
    again = pickle.loads(pickle.dumps(wrong))
    with pytest.raises(meed.SpecError, match="test_spec.py"):
        meed.Spec(reward=again)


def test_a_long_chain_is_built_and_dropped():
    total = meed.col("r")
    for _ in range(20_000):
        total = total + 1
    assert meed.Spec(total=total).score([{"r": 1.0}])["total"].tolist() == [20_001.0]


def test_what_outputs_are(math_spec):
    spec = meed.Spec(own=meed.number(), group=meed.number().mean("group"), both=meed.number() - meed.number().mean("batch"))
    local = {o["name"]: o["local"] for o in spec.describe()}
    assert local == {"own": True, "group": False, "both": False}
    assert spec.batch_wide and not meed.Spec(own=meed.number()).batch_wide
    assert set(spec.columns) == {"text", "answer"}
