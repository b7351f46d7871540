"""`tool_calls(method="bfcl")` beside the leaderboard's own checker, on the leaderboard's own tasks."""

import ast
import collections
import copy
import json
import pathlib
import random
import sys
import types

import pytest

CATEGORIES = "simple_python multiple parallel parallel_multiple".split()
CATEGORIES += "live_simple live_multiple live_parallel live_parallel_multiple".split()
# Whether a model cannot write dots in names is all that the checker wants to know of it.
MODELS = {"dots": False, "underscores": True}
SPEC = """
declared = tool_calls(method="bfcl", tools=col("tools", axis="group"))
inferred = tool_calls(method="bfcl")
"""


def module(name, **members):
    made = types.ModuleType(name)
    vars(made).update(members)
    return made


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """The checker, what reads calls of Python, and the data of bfcl-eval.

    The package is installed without what it needs to ask models: its table of models imports a client for each, and its
    parsers of Java and JavaScript a library. Neither has a part in Python's tasks; other modules stand in their place. It
    makes folders for results where it is told to, or else among the installed packages.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BFCL_PROJECT_ROOT", str(tmp_path_factory.mktemp("bfcl")))
        models = {name: types.SimpleNamespace(underscore_to_dot=underscores) for name, underscores in MODELS.items()}
        for made in [
            module("bfcl_eval.constants.model_config", MODEL_CONFIG_MAPPING=models),
            module("bfcl_eval.model_handler.parser.java_parser", parse_java_function_call=None),
            module("bfcl_eval.model_handler.parser.js_parser", parse_javascript_function_call=None),
        ]:
            patch.setitem(sys.modules, made.__name__, made)
        import bfcl_eval
        from bfcl_eval.constants.enums import Language
        from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker
        from bfcl_eval.model_handler.utils import default_decode_ast_prompting
        from bfcl_eval.utils import is_empty_output

        folder = pathlib.Path(bfcl_eval.__file__).parent / "data"
        yield types.SimpleNamespace(
            check=ast_checker, python=Language.PYTHON, read=default_decode_ast_prompting, is_empty=is_empty_output, data=folder
        )


def lines(path):
    return [json.loads(line) for line in open(path)]


@pytest.fixture(scope="module")
def tasks(peer):
    """(category, functions, possible answers) of every task in Python."""
    found = []
    for category in CATEGORIES:
        name = f"BFCL_v4_{category}.json"
        functions = {task["id"]: task["function"] for task in lines(peer.data / name)}
        answers = lines(peer.data / "possible_answer" / name)
        assert len(functions) == len(answers)
        found += [(category, functions[a["id"]], a["ground_truth"]) for a in answers]
    assert len(found) > 2000
    return found


# Calls as the checker takes them: [{name: {parameter: value}}].


def chosen(option, rng):
    """An accepted value of an option: dictionaries hold accepted values of their own."""
    if isinstance(option, dict) and all(isinstance(values, list) for values in option.values()):
        return arguments(option, rng)
    if isinstance(option, list):
        return [chosen(item, rng) for item in option]
    return copy.deepcopy(option)


def arguments(accepted, rng, required=()):
    """Accepted values; half of what may be left out is."""
    found = {}
    for key, options in accepted.items():
        values = [option for option in options if option != ""]
        if values and ("" not in options or key in required or rng.random() < 0.5):
            found[key] = chosen(rng.choice(values), rng)
    return found


def right(functions, answers, rng):
    required = {f["name"]: f["parameters"]["required"] for f in functions}
    return [{name: arguments(accepted, rng, required.get(name, ())) for name, accepted in a.items()} for a in answers]


def places(value, path=()):
    """The places of all values, as paths."""
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, (list, tuple)) else ():
        yield from places(value[key], (*path, key))


def changed(value, path, change):
    """The value with `change` at a place; lists and dictionaries around it are copies."""
    if not path:
        return change(value)
    value = copy.copy(value)
    value[path[0]] = changed(value[path[0]], path[1:], change)
    return value


# What goes wrong in a value; None where it cannot.
VALUES = {
    "another": lambda v: v + 1 if isinstance(v, (int, float)) else v + "x" if isinstance(v, str) else None,
    "float": lambda v: float(v) if type(v) is int else None,
    "integer": lambda v: int(v) if type(v) is float else None,
    "text": lambda v: None if isinstance(v, str) else str(v),
    "number": lambda v: ast.literal_eval(v) if isinstance(v, str) and v.isdigit() and v[0] != "0" else None,
    "bool": lambda v: bool(v) if not isinstance(v, bool) else int(v),
    "null": lambda v: None,
    "case": lambda v: v.swapcase() if isinstance(v, str) else None,
    "marks": lambda v: "_" + v.replace(" ", ",- ") + ".^*" if isinstance(v, str) else None,
    "other marks": lambda v: v.replace(" ", "\t") + "!" if isinstance(v, str) else None,
    "quotes": lambda v: "'" + v.replace("'", '"') if isinstance(v, str) else None,
    "empty text": lambda v: "",
    "empty list": lambda v: [],
    "wrapped": lambda v: [v],
    "unwrapped": lambda v: v[0] if isinstance(v, list) and v else None,
    "tuple": lambda v: tuple(v) if isinstance(v, list) and v else None,
    "longer": lambda v: v + v[-1:] if isinstance(v, list) and v else None,
    "reversed": lambda v: v[::-1] if isinstance(v, list) else dict(reversed(v.items())) if isinstance(v, dict) else None,
    "extra key": lambda v: {**v, "extra": 1} if isinstance(v, dict) else None,
    "fewer keys": lambda v: dict(list(v.items())[1:]) if isinstance(v, dict) else None,
}
# What goes wrong in the calls, of which one is picked.
CALLS = {
    "name": lambda calls, i, rng: [*calls[:i], {name + "_x": a for name, a in calls[i].items()}, *calls[i + 1 :]],
    "name's case": lambda calls, i, rng: [*calls[:i], {name.upper(): a for name, a in calls[i].items()}, *calls[i + 1 :]],
    "underscores": lambda calls, i, rng: [{name.replace(".", "_"): a for name, a in call.items()} for call in calls],
    "missing": lambda calls, i, rng: without(calls, i, rng),
    "unknown": lambda calls, i, rng: [*calls[:i], {name: {**a, "extra": 1} for name, a in calls[i].items()}, *calls[i + 1 :]],
    "dropped": lambda calls, i, rng: calls[:i] + calls[i + 1 :],
    "twice": lambda calls, i, rng: [*calls, calls[i]],
    "instead": lambda calls, i, rng: [*calls[1:], calls[i]],
    "shuffled": lambda calls, i, rng: rng.sample(calls, len(calls)),
    "none": lambda calls, i, rng: [],
}


def without(calls, i, rng):
    ((name, arguments),) = calls[i].items()
    left = rng.choice(list(arguments)) if arguments else None
    return [*calls[:i], {name: {k: v for k, v in arguments.items() if k != left}}, *calls[i + 1 :]]


def perturbed(calls, kind, rng):
    """The calls with one systematic mistake; None where it cannot be made."""
    if kind in CALLS:
        return CALLS[kind](calls, rng.randrange(len(calls)), rng)
    change = VALUES[kind]
    at = [path for path in places(calls) if len(path) > 2]
    if kind != "null":
        at = [path for path in at if change(value_at(calls, path)) is not None]
    return changed(calls, rng.choice(at), change) if at else None


def value_at(value, path):
    for key in path:
        value = value[key]
    return value


def as_python(calls):
    written = (f"{name}({', '.join(f'{k}={v!r}' for k, v in a.items())})" for call in calls for name, a in call.items())
    return f"[{', '.join(written)}]"


def as_openai(calls):
    made = ({"name": name, "arguments": json.dumps(a)} for call in calls for name, a in call.items())
    return json.dumps({"tool_calls": [{"id": str(i), "type": "function", "function": f} for i, f in enumerate(made)]})


def verdict(peer, category, functions, calls, answers, model="dots"):
    return peer.check(functions, calls, answers, peer.python, category, model)["valid"]


def paired(peer, functions, calls, answers):
    """Whether calls and answers can be paired so that each answer accepts its call."""
    if not answers:
        return not calls
    return any(
        verdict(peer, "parallel", functions, [call], answers[:1])
        and paired(peer, functions, calls[:i] + calls[i + 1 :], answers[1:])
        for i, call in enumerate(calls)
    )


def expected(peer, category, functions, calls, answers):
    """What ours must say, and the intended difference if that is not what the checker says (docs/scorers.md)."""
    if verdict(peer, category, functions, calls, answers):
        return True, None
    lists = json.loads(json.dumps(calls))
    if verdict(peer, category, functions, lists, answers):
        return True, "a tuple is a list"
    if verdict(peer, category, functions, lists, answers, model="underscores"):
        return True, "dots may be underscores"
    if len(calls) == len(answers) and paired(peer, functions, lists, answers):
        return True, "the best pairing"
    return False, None


def inferred(answers):
    """Functions that declare what the accepted values say."""

    def schema(options):
        values = [option for option in options if option != ""]
        # A type for nothing but None makes the checker take it literally.
        if not values or values[0] is None:
            return {"type": "boolean" if values else "string"}
        if all(type(value) in (int, float) for value in values):
            return {"type": "float" if float in map(type, values) else "integer"}
        if isinstance(values[0], list):
            return {"type": "array", "items": schema(next((list_ for list_ in values if list_), []))}
        return {"type": {str: "string", bool: "boolean", dict: "dict"}[type(values[0])]}

    functions = {}
    for answer in answers:
        for name, accepted in answer.items():
            properties = {key: schema(options) for key, options in accepted.items()}
            functions[name] = {"name": name, "parameters": {"properties": properties, "required": []}}
    return list(functions.values())


def test_every_task_right_and_perturbed(peer, tasks, score):
    rng = random.Random(11)
    rows, made = [], []
    for number, (_, functions, answers) in enumerate(tasks):
        calls = {"right": right(functions, answers, rng)}
        calls |= {kind: perturbed(calls["right"], kind, rng) for kind in [*CALLS, *VALUES]}
        calls = {kind: c for kind, c in calls.items() if c is not None}
        texts = [write(c) for write in (as_python, as_openai) for c in calls.values()]
        rows.append({"task": str(number), "prompt": "p", "responses": texts, "answer": answers, "tools": functions})
        read = [peer.read(text) for text in texts[: len(calls)]] + [json.loads(json.dumps(c)) for c in calls.values()]
        made.append(list(zip([*calls, *calls], read, texts, strict=True)))
    verdicts, differences, wrong = collections.Counter(), collections.Counter(), []
    for (category, functions, answers), cases, row in zip(tasks, made, score(SPEC, rows), strict=True):
        for column, declared in [("declared", functions), ("inferred", inferred(answers))]:
            for (kind, calls, text), found in zip(cases, row[column], strict=True):
                wanted, difference = expected(peer, category, declared, calls, answers)
                verdicts[column, kind, wanted] += 1
                differences[difference] += 1
                if found != wanted:
                    wrong.append((column, kind, wanted, text, answers))
    assert not wrong, (len(wrong), collections.Counter(case[:3] for case in wrong), wrong[:3])
    # Answers that cannot be given: they accept nothing, or nothing that is declared, or not what is required.
    assert [verdicts[column, "right", False] for column in ("declared", "inferred")] == [2 * 7, 2 * 2]
    assert set(differences) == {None, "a tuple is a list", "dots may be underscores", "the best pairing"}
    assert differences.total() > 150_000


# What a response may look like, whether ours takes it for the right call, and whether the leaderboard does.
TEXTS = [
    ("[f(a=1)]", True, True),
    ("f(a=1)", True, True),
    ("f(a=1, b='X ')", True, True),
    ("`[f(a=1)]`\n", True, True),
    ('[f(a=1, b="x",),]', True, True),
    ("[f(a=0x1)]", True, True),
    ("[f(a=-1)]", False, False),
    ("[f(a=1]", False, False),
    ("f", False, False),
    ("I call [f(a=1)].", False, False),
    # Ours reads a fence with its language.
    ("```python\n[f(a=1)]\n```", True, False),
    # For ours arguments are literals: names of variables, sums and calls are none. The leaderboard evaluates sums.
    ("[f(a=2-1)]", False, True),
    ("[f(a=1, b=x)]", False, True),
    # The leaderboard does not look at arguments without a name, and takes a plus for a minus.
    ("[f(7, a=1)]", False, True),
    ("[f(a=+1)]", True, False),
    # The leaderboard takes the last of arguments with one name, where Python is at a loss.
    ("[f(a=2, a=1)]", False, True),
    # JSON's words for truth and nothing are names of variables for the leaderboard.
    ("[f(a=1, c=true)]", True, False),
]


def test_texts(peer, score):
    properties = {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "boolean"}}
    functions = [{"name": "f", "parameters": {"properties": properties, "required": ["a"]}}]
    answers = [{"f": {"a": [1], "b": ["x", ""], "c": [True, ""]}}]

    def theirs(text):
        try:
            return verdict(peer, "simple", functions, peer.read(text), answers)
        except Exception:
            return False

    rows = [{"task": text, "prompt": "p", "response": text, "answer": answers, "tools": functions} for text, _, _ in TEXTS]
    ours = [row["declared"] == 1 for row in score(SPEC, rows)]
    assert [(text, our, theirs(text)) for (text, _, _), our in zip(TEXTS, ours)] == TEXTS


def test_no_call_where_none_is_wanted(peer, score):
    """Any call is wrong where no tool fits. Ours holds a call that cannot be read for one, the leaderboard does not."""
    rng = random.Random(3)
    rows, wanted = [], []
    for task in lines(peer.data / "BFCL_v4_irrelevance.json"):
        function = rng.choice(task["function"])
        call = [{function["name"]: {key: 1 for key in function["parameters"]["required"] if key.isidentifier()}}]
        said = ["No tool (of those given) can do that.", "[]", "", as_python(call), as_python(call * 2)]
        broken = [text[:-2] for text in said[3:]]
        for text in said + broken:
            try:
                none = peer.is_empty(peer.read(text))
            except Exception:
                none = True
            wanted.append(none and text not in broken)
        openai = [(as_openai(call), False), (as_openai([]), True)]
        wanted += [none for _, none in openai]
        texts = said + broken + [text for text, _ in openai]
        rows += [{"task": task["id"], "prompt": "p", "response": text, "answer": "[]", "tools": task["function"]} for text in texts]
    out = score(SPEC, rows)
    assert len(rows) > 2000
    for row, none in zip(out, wanted, strict=True):
        assert row["declared"] == row["inferred"] == none, row["response"]


def written(call):
    """A call of the answers to several turns, as (name, places, names)."""
    node = ast.parse(call, mode="eval").body
    named = sorted((keyword.arg, ast.literal_eval(keyword.value)) for keyword in node.keywords)
    return ast.unparse(node.func), [ast.literal_eval(value) for value in node.args], named


def test_turns(peer, score):
    """Each turn of a conversation beside the calls that are wanted in it."""
    rng = random.Random(5)
    rows, wanted = [], []
    for task in lines(peer.data / "possible_answer" / "BFCL_v4_multi_turn_base.json"):
        gold = task["ground_truth"]
        said = [turn[:] for turn in gold]
        for turn in said:
            kind = rng.choice(["right", "dropped", "twice", "shuffled", "other", "another value"])
            if turn and kind == "dropped":
                turn.pop()
            elif turn and kind == "twice":
                turn.append(turn[0])
            elif kind == "shuffled":
                rng.shuffle(turn)
            elif kind == "other":
                turn[:] = rng.choice(gold)
            elif turn and kind == "another value":
                turn[-1] = turn[-1].replace("'", "'x", 1)
        text = "".join(f"[{', '.join(turn)}]<obs>done</obs>" for turn in said)
        rows.append({"task": task["id"], "prompt": "p", "response": text, "turns": [json.dumps(turn) for turn in gold]})
        pairs = [([*map(written, s)], [*map(written, g)]) for s, g in zip(said, gold, strict=True)]
        unordered = [sorted(map(repr, s)) == sorted(map(repr, g)) for s, g in pairs]
        wanted.append((unordered, [s == g for s, g in pairs]))
    spec = """
said = turns()
gold = col("turns", axis="turn")
calls = tool_calls(said, gold, method="exact")
ordered = tool_calls(said, gold, method="exact", order=True)
whole = calls.min("rollout")
"""
    out = score(spec, rows)
    for row, (calls, ordered) in zip(out, wanted, strict=True):
        assert (row["calls"], row["ordered"], row["whole"]) == (calls, ordered, all(calls)), row["response"]
    assert 100 < sum(sum(calls) for calls, _ in wanted) < sum(len(calls) for calls, _ in wanted) - 100
