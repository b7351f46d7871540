"""The words are the language's: names, arguments, operators, results."""

import doctest
import json
import math
import re

import pytest

import meed
from meed import _meed

WORDS = _meed.words_table()
EXAMPLES = [
    pytest.param(word, example, id=f"{word['name']}-{i}")
    for word in WORDS
    for i, example in enumerate(word["examples"])
]


def agree(found, expected):
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(agree, found, expected))
    if isinstance(expected, str):
        return found == expected
    return found is not None and math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-6)


def shown(column):
    """Nested values with reasons in angle brackets, as examples write them."""
    reasons = iter(column.reasons)

    def fill(value):
        if isinstance(value, list):
            return [fill(v) for v in value]
        reason = next(reasons)
        if reason is not None:
            return f"<{reason}>"
        return f"<{value}>" if isinstance(value, float) and not math.isfinite(value) else value

    return fill(column.nested())


def built(code, columns):
    """An expression of the language, written in Python: the names of the columns are signals, the words are ours."""
    names = dict(_meed.WORDS)
    for name in columns:
        bare = name.split("@")[0]
        if bare and not isinstance(names.get(bare), meed.Signal):
            names[bare] = meed.col(bare)
    names["map"] = meed.map
    # One dict for both: a lambda sees nothing else.
    return eval(code, {**names, "inf": meed.inf, "len": len})


@pytest.mark.parametrize("word, example", EXAMPLES)
def test_every_example_gives_what_it_says(word, example):
    code, columns, gives = example
    if word["name"] == "lane_names":
        pytest.skip("the names are known with the data, when a Python expression has long been written")
    if "over=" in code:
        pytest.skip("whole parents are for spec files; in Python a scorer has `per=`")
    try:
        expression = built(code, json.loads(columns))
    except SyntaxError:
        pytest.skip("it is written in Starlark alone")
    found = meed.evaluate(expression, columns)
    assert agree(shown(found), json.loads(gives)), f"{code} gives {found!r}, not {gives}"
    assert shown(found) == shown(meed.evaluate(code, columns))


class Near(doctest.OutputChecker):
    """Numbers are the same when they are close."""

    NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]\d+)?")

    def check_output(self, want, got, flags):
        numbers = [list(map(float, self.NUMBER.findall(text))) for text in (want, got)]
        rest = [self.NUMBER.sub("#", text) for text in (want, got)]
        return rest[0] == rest[1] and all(
            math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) for a, b in zip(*numbers, strict=True)
        )


@pytest.mark.parametrize("name", _meed.WORDS)
def test_docstrings_run(name):
    word = _meed.WORDS[name]
    if isinstance(word, meed.Signal):
        return
    test = doctest.DocTestParser().get_doctest(word.__doc__, {}, name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner(checker=Near(), verbose=False).run(test).failed == 0


def test_modules_have_doctests_that_run():
    import meed._scorer
    import meed.math

    for module in (meed, meed._scorer, meed.math):
        assert doctest.testmod(module, raise_on_error=False).failed == 0
    for item in (meed.Spec, meed.load, meed.parse, meed.evaluate, meed.math.equivalent, meed.math.extract):
        test = doctest.DocTestParser().get_doctest(item.__doc__, {}, str(item), None, 0)
        assert test.examples
        assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_operators_are_those_of_a_spec_file():
    columns = {"r": [[7.0, -2.0, 0.5]], "s": [[2.0, 2.0, 2.0]]}
    r, s = meed.col("r"), meed.col("s")
    pairs = [
        (r + s, "r + s"),
        (1 + r, "1 + r"),
        (r - 1, "r - 1"),
        (1 - r, "1 - r"),
        (r * s, "r * s"),
        (2 * r, "2 * r"),
        (r / s, "r / s"),
        (1 / r, "1 / r"),
        (r // s, "r // s"),
        (7 // s, "7 // s"),
        (r % s, "r % s"),
        (7 % s, "7 % s"),
        (r < s, "r < s"),
        (1 < r, "1 < r"),
        (r <= s, "r <= s"),
        (r == 7, "r == 7"),
        (7 == r, "7 == r"),
        (r != 7, "r != 7"),
        (r > 0, "r > 0"),
        (r >= s, "r >= s"),
        ((r > 0) & (s > 0), "(r > 0) & (s > 0)"),
        ((r > 0) | (s < 0), "(r > 0) | (s < 0)"),
        ((r > 0) ^ (s > 0), "(r > 0) ^ (s > 0)"),
        (~(r > 0), "~(r > 0)"),
        (-r, "-r"),
        (+r, "+r"),
        (abs(r), "abs(r)"),
    ]
    for ours, code in pairs:
        assert meed.evaluate(ours, columns).nested() == meed.evaluate(code, columns).nested(), code


def test_a_signal_is_no_condition_and_no_container():
    r = meed.col("r")
    for misuse in (lambda: bool(r > 0), lambda: r and r, lambda: 0 < r < 1, lambda: 1 in r, lambda: r**2):
        with pytest.raises(TypeError):
            misuse()
    with pytest.raises(AttributeError, match="did you mean `.mean`"):
        r.meen("group")
    with pytest.raises(AttributeError, match="it is a function"):
        r.sigmoid()
    with pytest.raises(TypeError):
        r(1)


def test_wrong_arguments_are_told_at_once():
    r = meed.col("r")
    with pytest.raises(meed.SpecError, match="no argument `ddoff`"):
        r.std("group", ddoff=1)
    with pytest.raises(meed.SpecError, match="needs"):
        r.mean()


def test_words_have_signatures_and_help():
    import inspect

    parameters = inspect.signature(meed.col("r").z).parameters
    assert list(parameters)[0] == "axis" or "ddof" in parameters
    assert parameters["ddof"].default == 0
    assert "group" in meed.help_text("z") or "ddof" in meed.help_text("z")
    with pytest.raises(ValueError):
        meed.help_text("xyzzy")
    assert "z" in dir(meed.col("r"))


@pytest.mark.parametrize("word", WORDS, ids=lambda w: w["name"])
def test_every_word_has_a_signature(word):
    import inspect

    owner = meed.col("r") if word["method"] else meed
    if word["name"] == "map" or isinstance(getattr(owner, word["name"]), meed.Signal):
        return
    given = [name.split("=")[0].lstrip("*") for name, _ in word["args"]]
    assert list(inspect.signature(getattr(owner, word["name"])).parameters) == given[word["method"] :]


def test_the_stubs_name_everything_there_is():
    import ast
    import pathlib

    folder = pathlib.Path(meed.__file__).parent

    def names(body):
        for item in body:
            if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
                yield item.name
            elif isinstance(item, ast.AnnAssign):
                yield item.target.id

    words = list(names(ast.parse((folder / "_words.pyi").read_text()).body))
    assert set(_meed.WORDS) <= set(words)
    native = ast.parse((folder / "_meed.pyi").read_text()).body
    found = {*names(native), "Signal"}
    public = {name for name in dir(_meed) if not name.startswith("_") and name != "Word"}
    assert public <= found, public - found
    for item in native:
        if isinstance(item, ast.ClassDef):
            there = {n for n in vars(getattr(_meed, item.name)) if not n.startswith("_")}
            assert there <= {*names(item.body), *dir(Exception), "keys", "values", "items"}, item.name


def test_no_word_hides_what_the_package_offers():
    own = {"Spec", "load", "parse", "evaluate", "scorer", "read_dump", "Batch", "set_threads", "trl", "verl", "ray"}
    assert not own & set(_meed.WORDS)
