"""ToolRL's reward beside an independent computation from the paper's formula, on the project's own reference calls."""

import collections
import copy
import json
import random
import re

import pyarrow.parquet as pq
import pytest

SPEC = """
format = tool_calls(method="toolrl", part="format")
correctness = tool_calls(method="toolrl")
share = tool_calls()
exact = tool_calls(method="exact")
"""


def similarity(a, b):
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    common = sum((collections.Counter(a) & collections.Counter(b)).values())
    return common / (len(a) + len(b) - common)


def correctness(gold, predicted):
    if gold == predicted:
        return 3.0
    total = similarity([g["name"] for g in gold], [p["name"] for p in predicted])
    most, left = 1.0, list(predicted)
    for g in gold:
        keys = list(g["parameters"])
        most += 1 + len(keys)
        best, chosen = 0.0, None
        for p in left:
            if p["name"] == g["name"]:
                other = p["parameters"]
                points = similarity(keys, list(other)) + sum(k in other and other[k] == g["parameters"][k] for k in keys)
                if points > best:
                    best, chosen = points, p
        if chosen is not None:
            total += best
            left = [p for p in left if p is not chosen]
    return 6 * total / most - 3


def block(text):
    found = re.search(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL)
    if not found:
        return None
    try:
        calls = [json.loads(line) for line in found.group(1).strip().split("\n")]
    except ValueError:
        return None
    good = all(isinstance(c, dict) and isinstance(c.get("name"), str) and isinstance(c.get("parameters"), dict) for c in calls)
    return calls if good else None


def expected(text, reference):
    calls, response = "<tool_call>" in reference, "<response>" in reference
    pattern = r"^<think>.*?</think>"
    pattern += r"\n<tool_call>\n.*?\n</tool_call>" if calls else ""
    pattern += r"\n<response>.*?</response>" if response else ""
    form = re.search(pattern + "$", text, re.DOTALL) is not None
    for tag, needed in [("tool_call", calls), ("response", response)]:
        form = form and (not needed or text.count(f"<{tag}>") == text.count(f"</{tag}>") == 1)
    if not calls:
        return float(form), 0.0
    gold, predicted = block(reference), block(text)
    return float(form), -3.0 if predicted is None else correctness(gold, predicted)


def turn(calls, think="I call."):
    lines = "\n".join(json.dumps(call) for call in calls)
    return f"<think>{think}</think>\n<tool_call>\n{lines}\n</tool_call>"


def perturbed(calls, kind, rng):
    """The turn with one systematic mistake."""
    calls = copy.deepcopy(calls)
    call = rng.choice(calls)
    parameters = call["parameters"]
    key = rng.choice(list(parameters)) if parameters else None
    if kind == "name":
        call["name"] += "_x"
    elif kind == "value" and key:
        parameters[key] = "something else"
    elif kind == "type" and key:
        parameters[key] = str(parameters[key]) if not isinstance(parameters[key], str) else [parameters[key]]
    elif kind == "key" and key:
        parameters[key + "_x"] = parameters.pop(key)
    elif kind == "missing" and key:
        del parameters[key]
    elif kind == "extra":
        parameters["extra_x"] = 1
    elif kind == "double":
        calls.append(copy.deepcopy(call))
    elif kind == "drop":
        calls.remove(call)
    elif kind == "reverse":
        calls.reverse()
    elif kind == "none":
        calls = []
    elif kind == "json":
        return turn(calls).replace("}", "", 1)
    elif kind == "tags":
        return turn(calls).replace("</tool_call>", "")
    elif kind == "think":
        return turn(calls).replace("<think>", "")
    elif kind == "newline":
        return turn(calls) + "\n"
    elif kind == "response":
        return turn(calls) + "\n<response>Done.</response>"
    elif kind == "prose":
        return "Sure! " + turn(calls)
    return turn(calls)


KINDS = "name value type key missing extra double drop reverse none json tags think newline response prose".split()


@pytest.fixture
def references(shared):
    return [row["reward_model"]["ground_truth"] for row in pq.read_table(shared / "rlla_test.parquet").to_pylist()]


def test_reference_calls_get_the_most(score, references):
    rows = [{"task": str(i), "prompt": "p", "response": r, "reward_model": {"ground_truth": r}} for i, r in enumerate(references)]
    for row, reference in zip(score(SPEC, rows), references):
        most = 3.0 if "<tool_call>" in reference else 0.0
        assert (row["format"], row["correctness"], row["share"], row["exact"]) == (1.0, most, 1.0, 1.0)


def test_perturbed_calls_as_computed_from_the_formula(score, references):
    rng = random.Random(7)
    with_calls = [r for r in references if "<tool_call>" in r]
    rows = []
    for kind in KINDS:
        for reference in rng.sample(with_calls, 16):
            text = perturbed(block(reference), kind, rng)
            rows.append({"task": str(len(rows)), "prompt": "p", "response": text, "answer": reference})
    # Turns beside references they do not belong to, and references without calls.
    for _ in range(64):
        text, reference = rng.choice(references), rng.choice(references)
        rows.append({"task": str(len(rows)), "prompt": "p", "response": text, "answer": reference})
    assert len(rows) >= 300
    for row in score(SPEC, rows):
        wanted = expected(row["response"], row["answer"])
        assert (row["format"], row["correctness"]) == pytest.approx(wanted, abs=1e-9), row["response"]


def test_every_encoding_of_the_reference_calls(score, references):
    rows = []
    for reference in references:
        calls = block(reference) or []
        openai = [{"id": str(i), "type": "function", "function": {"name": c["name"], "arguments": json.dumps(c["parameters"])}} for i, c in enumerate(calls)]
        hermes = "\n".join(f'<tool_call>\n{json.dumps({"name": c["name"], "arguments": c["parameters"]})}\n</tool_call>' for c in calls)
        function = "".join(f'<function={c["name"]}>{json.dumps(c["parameters"])}</function>' for c in calls)
        texts = [json.dumps({"tool_calls": openai}), json.dumps(openai), hermes, function, repr(calls), "\n".join(map(json.dumps, calls))]
        if all(re.fullmatch(r"[A-Za-z_][\w.]*", name) for c in calls for name in [c["name"], *c["parameters"]]):
            python = ", ".join(f'{c["name"]}({", ".join(f"{k}={v!r}" for k, v in c["parameters"].items())})' for c in calls)
            texts.append(f"[{python}]")
        for text in texts:
            rows.append({"task": str(len(rows)), "prompt": "p", "response": text, "answer": reference})
    out = score("share = tool_calls()\n", rows)
    assert len(out) > 400
    for row in out:
        assert row["share"] == 1.0, (row["response"], row["answer"])
