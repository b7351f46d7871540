"""Scorers written in Python."""

import asyncio
import pickle
import time

import pytest

import meed

ROWS = [{"prompt": f"p{i // 2}", "completion": "a" * i, "answer": "aa"} for i in range(6)]


@meed.scorer
def size(text):
    return len(text)


@meed.scorer(per="group")
def best(text):
    return [t == max(text, key=len) for t in text]


@meed.scorer(per="batch")
async def ranks(text, answer):
    await asyncio.sleep(0)
    order = sorted(range(len(text)), key=lambda i: len(text[i]))
    return [order.index(i) for i in range(len(text))]


@meed.scorer
async def judge(text):
    # The later ones are done first.
    await asyncio.sleep(0.01 * (6 - len(text)))
    return len(text) * 10


def values(**outputs):
    return meed.Spec(**outputs).score(ROWS)


def test_per_rollout_group_and_batch():
    scored = values(size=size(), best=best(), ranks=ranks(), judge=judge())
    assert scored["size"].tolist() == [0, 1, 2, 3, 4, 5]
    assert scored["best"].tolist() == [0, 1, 0, 1, 0, 1]
    assert scored["ranks"].tolist() == [0, 1, 2, 3, 4, 5]
    assert scored["judge"].tolist() == [0, 10, 20, 30, 40, 50]


def test_they_are_part_of_expressions_and_may_be_gated():
    calls = []

    @meed.scorer
    def costly(text):
        calls.append(text)
        return 1

    long = size() > 3
    scored = values(reward=costly(when=long).or_else(0) + size().mean("group"))
    assert scored["reward"].tolist() == [0.5, 0.5, 2.5, 2.5, 5.5, 5.5]
    assert calls == ["aaaa", "aaaaa"]


def test_scorers_of_scorers():
    @meed.scorer
    def double(x):
        return x * 2

    assert values(r=double(double(size())))["r"].tolist() == [0, 4, 8, 12, 16, 20]


def test_the_algebra_inside_is_not_done_twice():
    @meed.scorer
    def half(x):
        return x / 2

    correct = meed.exact()
    scored = values(r=half(correct) + correct)
    assert scored["r"].tolist() == [0, 0, 1.5, 0, 0, 0]
    assert scored.timings.get("exact", (6,))[0] <= 6


def test_absence():
    @meed.scorer
    def picky(text):
        if len(text) == 0:
            return None
        if len(text) == 1:
            return meed.Absent("timed_out")
        if len(text) == 2:
            raise meed.Absent("unparsable")
        if len(text) == 3:
            return float("nan")
        if len(text) == 4:
            return "no number"
        return 1

    scored = values(r=picky())
    assert scored["r"].reasons == ["not_applicable", "timed_out", "unparsable", "undefined", "unparsable", None]
    with pytest.raises(ValueError):
        meed.Absent("because")


def test_errors_are_absent_and_told():
    @meed.scorer
    def down(text):
        if len(text) % 2:
            raise ConnectionError("no judge today")
        return 1

    with pytest.warns(RuntimeWarning, match="3 of 6 calls failed"):
        scored = values(r=down())
    assert scored["r"].reasons == [None, "infrastructure"] * 3
    assert "no judge today" in scored.trouble[0]

    loud = meed.scorer(down.function, on_error="raise")
    with pytest.raises(ConnectionError):
        values(r=loud())


def test_timeouts():
    @meed.scorer(timeout=0.2)
    def slow(text):
        time.sleep(60 if len(text) == 2 else 0)
        return len(text)

    @meed.scorer(timeout=0.2)
    async def slow_async(text):
        await asyncio.sleep(60 if len(text) == 2 else 0)
        return len(text)

    scored = values(a=slow(), b=slow_async())
    for name in ("a", "b"):
        assert scored[name].tolist() == [0, 1, None, 3, 4, 5]
        assert scored[name].reasons[2] == "timed_out"


def test_more_stuck_calls_than_threads():
    @meed.scorer(timeout=0.1, concurrency=2)
    def stuck(text):
        if len(text) < 5:
            time.sleep(30)
        return 1

    assert values(r=stuck())["r"].reasons == ["timed_out"] * 5 + [None]


def test_inside_a_running_loop():
    async def train():
        return values(r=judge())["r"].tolist()

    assert asyncio.run(train()) == [0, 10, 20, 30, 40, 50]


def test_texts_and_truth_values():
    shout = meed.scorer(lambda text: text.upper(), kind="text", name="shout")
    long = meed.scorer(lambda text: len(text) > 2, kind="bool", name="long")
    scored = values(t=shout(meed.text), l=long(meed.text))
    assert scored["t"].tolist()[2] == "AA" and scored["l"].tolist() == [False] * 3 + [True] * 3


def test_wrong_numbers_of_values_are_an_error():
    @meed.scorer(per="batch")
    def short(text):
        return [1]

    with pytest.raises(meed.Error, match="gave 1 values for 6"):
        values(r=short())


def test_columns_by_name_and_plain_calls():
    rows = [{"completion": "x", "weight": 3.0}]

    @meed.scorer
    def weigh(weight, text, factor=2):
        return weight * factor

    assert meed.Spec(r=weigh()).score(rows)["r"].tolist() == [6.0]
    assert weigh(3, "x", factor=3) == 9
    with pytest.raises(TypeError):
        weigh(meed.text, nothing=meed.text)


def test_pickled_with_its_spec():
    spec = meed.Spec(r=size() + judge())
    assert pickle.loads(pickle.dumps(spec)).score(ROWS)["r"].tolist() == spec.score(ROWS)["r"].tolist()
    assert pickle.loads(pickle.dumps(size)) is size


def test_map():
    spec = meed.Spec(n=meed.map(lambda t: len(t) if t else 1 / 0, meed.text), none=meed.map(lambda t: None, meed.text))
    with pytest.warns(RuntimeWarning):
        scored = spec.score(ROWS)
    assert scored["n"].reasons[0] == "undefined" and scored["n"].tolist()[1:] == [1, 2, 3, 4, 5]
    assert scored["none"].reasons == ["not_applicable"] * 6
