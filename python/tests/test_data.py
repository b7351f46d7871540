"""Data in and out: rows, columns, arrays, Arrow, files."""

import json

import numpy as np
import pytest

import meed

ROWS = [
    {"prompt": "1+1?", "completion": "It is 2.", "answer": "2", "bonus": 0.5},
    {"prompt": "1+1?", "completion": "It is 3.", "answer": "2", "bonus": None},
    {"prompt": "2+2?", "completion": "4", "answer": "4", "bonus": 1.0},
]


@pytest.fixture(scope="module")
def spec():
    correct = meed.number()
    return meed.Spec(correct=correct, total=correct + meed.col("bonus"), mean=correct.mean("group"))


def same(scored):
    assert scored["correct"].tolist() == [1.0, 0.0, 1.0]
    assert scored["total"].tolist() == [1.5, None, 2.0]
    assert scored["total"].reasons == [None, "missing", None]
    assert scored["mean"].tolist() == [0.5, 1.0]
    assert scored.per_rollout("mean") == [0.5, 0.5, 1.0]
    assert scored.reasons == {"total": [None, "missing", None]}


def test_rows(spec):
    same(spec.score(ROWS))
    same(spec.score(tuple(ROWS)))


def test_columns(spec):
    same(spec.score({name: [row[name] for row in ROWS] for name in ROWS[0]}))


def test_groups_that_are_torn_apart_come_back_in_order(spec):
    scored = spec.score([ROWS[0], ROWS[2], ROWS[1]])
    assert scored["correct"].tolist() == [1.0, 1.0, 0.0]
    assert scored.per_rollout("mean") == [0.5, 1.0, 0.5]
    assert scored["mean"].tolist() == [0.5, 1.0]


def test_pandas_polars_pyarrow(spec):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    same(spec.score(pandas.DataFrame(ROWS)))
    same(spec.score(polars.DataFrame(ROWS)))
    table = pyarrow.Table.from_pylist(ROWS)
    same(spec.score(table))
    same(spec.score(table.to_batches()[0]))
    same(spec.score(pyarrow.concat_tables([table.slice(0, 1), table.slice(1)])))


def test_datasets(spec):
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset.from_list(ROWS)
    same(spec.score(dataset))
    same(spec.score(dataset.select([0, 1, 2])))


def test_results_are_arrow(spec):
    pyarrow = pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    table = pyarrow.table(spec.score(ROWS))
    assert table.column_names == ["correct", "total", "mean", "reasons"]
    assert table["total"].to_pylist() == [1.5, None, 2.0]
    assert table["reasons"].to_pylist()[1]["total"] == "missing"
    assert polars.DataFrame(spec.score(ROWS))["mean"].to_list() == [0.5, 0.5, 1.0]
    assert pyarrow.array(spec.score(ROWS)["total"]).to_pylist() == [1.5, None, 2.0]


def test_results_are_numpy_without_a_copy(spec):
    column = spec.score(ROWS)["total"]
    array = np.asarray(column)
    assert array.dtype == np.float64 and array.shape == (3,)
    assert np.isnan(array[1]) and array[2] == 2.0
    assert np.asarray(column).__array_interface__["data"] == array.__array_interface__["data"]
    with pytest.raises(ValueError):
        array[0] = 1.0
    assert np.array(column, dtype=np.float32).dtype == np.float32
    text = meed.Spec(key=meed.answer_key()).score(ROWS)["key"]
    assert np.asarray(text).dtype == object


def test_a_buffer_outlives_its_column(spec):
    import gc

    array = np.asarray(spec.score(ROWS)["total"])
    gc.collect()
    assert array[2] == 2.0


def test_lanes_and_vectors():
    rows = [{"prompt": "p", "completion": "x", "rm": {"a": 1.0, "b": 3.0}, "v": [1.0, 2.0, 3.0]} for _ in range(2)]
    rm = meed.col("rm")
    spec = meed.Spec(twice=rm * 2, low=rm.min("rollout"), v=meed.col("v", axis="vector") * 2)
    scored = spec.score(rows)
    assert scored["twice"].lanes == ["a", "b"] and scored["twice"].shape == (2, 2)
    assert scored["twice"].tolist() == [[2.0, 6.0], [2.0, 6.0]]
    assert np.asarray(scored["v"]).shape == (2, 3)
    assert scored["low"].tolist() == [1.0, 1.0]


def test_arrays_with_offsets():
    logp = np.array([-1.0, -2.0, -3.0, -4.0, -5.0])
    batch = meed.Batch(
        {
            "r": np.array([1.0, 0.0, 1.0], dtype=np.float32),
            "good": np.array([True, False, True]),
            "logp": ("token", logp),
            "embedding": np.arange(6.0).reshape(3, 2),
            "tag": ["a", "b", None],
            "task": ("group", ["x", "y"]),
        },
        groups=[2, 1],
        axes={"token": np.array([0, 2, 2, 5])},
    )
    assert len(batch) == 3 and batch.axes == {"batch": 1, "group": 2, "rollout": 3, "token": 5}
    spec = meed.Spec(
        total=meed.logp.sum("rollout") + meed.col("r"),
        good=meed.col("good"),
        norm=meed.norm(meed.col("embedding")),
        mean=meed.col("r").mean("group"),
        centred=meed.logp - meed.logp.mean("rollout"),
    )
    scored = spec.score(batch)
    assert scored["total"].tolist() == [-2.0, 0.0, -11.0]
    assert scored["good"].kind == "bool" and scored["good"].tolist() == [True, False, True]
    assert scored["mean"].tolist() == [0.5, 1.0]
    assert scored["centred"].nested() == [[[0.5, -0.5], []], [[1.0, 0.0, -1.0]]]
    assert scored["centred"].offsets["token"] == [0, 2, 2, 5]
    assert batch["tag"].tolist() == ["a", "b", None]
    with pytest.raises(ValueError, match="no axis has that many"):
        meed.Batch({"r": np.zeros(3), "x": np.zeros(7)}, groups=[3])
    with pytest.raises(ValueError, match="cannot be groups of"):
        meed.Batch({"r": np.zeros(3)}, groups=2)
    with pytest.raises(ValueError, match="offsets"):
        meed.Batch({"r": np.zeros(3)}, groups=[3], axes={"token": [0, 2, 1, 5]})


def test_token_lists_in_rows():
    rows = [
        {"prompt": "p", "completion": "x", "logp": np.array([-1.0, -3.0])},
        {"prompt": "p", "completion": "y", "logp": [-2.0]},
    ]
    scored = meed.Spec(mean=meed.logp.mean("rollout"), each=meed.logp + 0).score(rows)
    assert scored["mean"].tolist() == [-2.0, -2.0]
    assert scored.per_rollout("each") == [[-1.0, -3.0], [-2.0]]


def test_chats_and_lists_of_answers():
    rows = [
        {
            "prompt": [{"role": "user", "content": "1+1?"}],
            "completion": [{"role": "assistant", "content": "2"}],
            "answer": ["2", "two"],
        }
    ]
    assert meed.Spec(r=meed.exact()).score(rows)["r"].tolist() == [1.0]


def test_group_size_says_what_belongs_together(spec):
    pandas = pytest.importorskip("pandas")
    rows = [{**ROWS[0], "prompt": "same"}, {**ROWS[1], "prompt": "same"}] * 2
    assert spec.score(rows)["mean"].tolist() == [0.5]
    assert spec.score(rows, group_size=1)["mean"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert spec.score(pandas.DataFrame(rows), group_size=2)["mean"].tolist() == [0.5, 0.5]
    with pytest.raises(ValueError):
        spec.score(rows, group_size=0)


def test_bad_rows_are_told_with_row_and_field(spec):
    with pytest.raises(TypeError, match="row 1: a rollout is a dict"):
        spec.score([ROWS[0], "oops"])
    with pytest.raises(TypeError, match="row 0: field `bonus`"):
        spec.score([{**ROWS[0], "bonus": object()}])
    with pytest.raises(meed.DataError, match="rows:4: field `bonus`"):
        spec.score([*ROWS, {**ROWS[1], "bonus": "many"}, *ROWS])
    with pytest.raises(meed.DataError, match="no rows"):
        spec.score([])
    with pytest.raises(ValueError, match="column `b` has 2 values"):
        spec.score({"a": [1], "b": [1, 2]})
    with pytest.raises(OSError):
        spec.score("no/such/file.jsonl")
    with pytest.raises(TypeError):
        spec.score(3)


def test_files_and_dumps(tmp_path, spec):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    same(spec.score(path))
    same(spec.score([str(path)]))
    dump = meed.read_dump(path)
    assert dump["text"].tolist() == ["It is 2.", "It is 3.", "4"]
    same(spec.score(dump))


def test_progress_takes_a_function_or_a_bar(spec):
    seen = []
    spec.score(ROWS, progress=seen.append)
    assert sum(seen) == 3

    class Bar:
        n = 0

        def update(self, n):
            self.n += n

    bar = Bar()
    spec.score(ROWS, progress=bar)
    assert bar.n == 3


def test_the_command_line_says_the_same(cli, rollouts, math_spec):
    written = cli(math_spec, rollouts)
    scored = meed.load(math_spec).score(rollouts)
    for name in scored:
        assert scored.per_rollout(name) == written[name], name


def test_the_command_line_is_in_the_package(child):
    assert "rewards, advantages" in child("import subprocess, sys; print(subprocess.run([sys.executable, '-m', 'meed', '--help'], capture_output=True, text=True).stdout)")
    code = "import subprocess, sys; print(subprocess.run([sys.executable, '-m', 'meed', 'math', '1', '2']).returncode)"
    assert child(code).strip().endswith("1")
