"""Formats beside the packages people check them with: JSON schemas, XML, YAML; and `json_match` beside a plain count."""

import gzip
import json
import random
import xml.etree.ElementTree

import jsonschema
import pytest
import ruamel.yaml


def documents(shared):
    """Rows of real data, each a JSON document."""
    rows = []
    for name in ("gsm8k_rollouts.jsonl", "humaneval.jsonl", "math_equivalence.jsonl", "rewardmath_scores.jsonl"):
        rows += [json.loads(line) for line in open(shared / name)]
    rows += [json.loads(line) for line in gzip.open(shared / "hh_harmless_test.jsonl.gz", "rt")]
    return rows + json.load(open(shared / "rm_bench_chat.json"))


def mutated(value, rng):
    """The document with a mistake somewhere."""
    value = json.loads(json.dumps(value))
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        how = rng.randrange(4)
        if how == 0:
            del value[key]
        elif how == 1:
            value[key + "_x"] = value.pop(key)
        elif how == 2:
            value[key] = rng.choice([None, True, 7, 2.5, "x", [], {}])
        else:
            value[key] = mutated(value[key], rng)
    elif isinstance(value, list) and value:
        value[rng.randrange(len(value))] = rng.choice([None, 1, "x"])
        rng.random() < 0.3 and value.reverse()
    elif isinstance(value, str):
        value = value[: len(value) // 2] + "é"
    elif isinstance(value, (int, float)):
        value = value + 1
    return value


def schema_of(value, rng, depth=0):
    """A schema the document fits, sometimes a little too narrow."""
    if isinstance(value, dict):
        schema = {"type": "object", "properties": {k: schema_of(v, rng, depth + 1) for k, v in value.items()}}
        schema["required"] = [k for k in value if rng.random() < 0.7]
        if rng.random() < 0.5:
            schema["additionalProperties"] = False
        if rng.random() < 0.2:
            schema["propertyNames"] = {"pattern": "^[a-z_A-Z0-9]+$"}
        return schema
    if isinstance(value, list):
        schema = {"type": "array", "items": schema_of(value[0], rng, depth + 1) if value else {}}
        choice = rng.randrange(4)
        if choice == 0:
            schema["minItems"] = len(value)
        elif choice == 1:
            schema["maxItems"] = len(value)
        elif choice == 2:
            schema["uniqueItems"] = True
        return schema
    if isinstance(value, bool):
        return {"type": "boolean"}
    if value is None:
        return {"type": "null"}
    if isinstance(value, (int, float)):
        return rng.choice([
            {"type": "integer" if isinstance(value, int) else "number"},
            {"type": "number", "minimum": value},
            {"exclusiveMaximum": value + 0.5},
            {"enum": [value, "other"]},
            {"const": float(value)},
            {"multipleOf": 1},
        ])
    return rng.choice([
        {"type": "string"},
        {"type": "string", "minLength": len(value)},
        {"type": "string", "maxLength": len(value)},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1}]},
        {"not": {"type": "number"}},
        {"pattern": "[a-z0-9]"},
        {"if": {"type": "string"}, "then": {"minLength": 1}, "else": False},
        {"$ref": "#/$defs/text"},
    ])


def test_schemas_as_jsonschema(score, shared):
    rng = random.Random(1)
    rows, wanted = [], []
    for document in rng.sample(documents(shared), 2500):
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"text": {"type": "string"}}}
        schema |= schema_of(document, rng)
        document = mutated(document, rng) if rng.random() < 0.6 else document
        text = rng.choice(["{}", "Here you are:\n```json\n{}\n```\nDone.", "<think>{{}}</think>\n{}"])
        text = text.replace("{}", json.dumps(document, ensure_ascii=False, indent=rng.choice([None, 2])), 1) if "{{}}" not in text else text.replace("{{}}", "hm").replace("{}", json.dumps(document))
        rows.append({"task": str(len(rows)), "prompt": "p", "response": text, "schema": json.dumps(schema)})
        wanted.append(float(jsonschema.Draft202012Validator(schema).is_valid(document)))
    out = [row["valid"] for row in score("valid = json_schema()\n", rows)]
    assert out == wanted
    assert 500 < sum(wanted) < 2000


def plain_match(gold, found, weight=1.0, path="", weights={}):
    """Weight that agrees, and all weight."""
    weight = weights.get(path, weight)
    below = lambda key: f"{path}.{key}" if path else key
    size = lambda value, path: plain_match(value, object(), weight, path, weights)[1]
    if isinstance(gold, dict) and gold:
        parts = []
        for key, value in gold.items():
            other = found[key] if isinstance(found, dict) and key in found else object()
            parts.append(plain_match(value, other, weight, below(key), weights))
        if isinstance(found, dict):
            parts += [(0.0, size(found[key], below(key))) for key in found if key not in gold]
        return tuple(map(sum, zip(*parts)))
    if isinstance(gold, dict) and isinstance(found, dict) and found:
        return 0.0, sum(size(found[key], below(key)) for key in found)
    if isinstance(gold, list) and (gold or (isinstance(found, list) and found)):
        parts = []
        other = found if isinstance(found, list) else []
        for i, value in enumerate(gold):
            parts.append(plain_match(value, other[i] if i < len(other) else object(), weight, path, weights))
        parts += [(0.0, size(value, path)) for value in other[len(gold) :]]
        return tuple(map(sum, zip(*parts)))
    same = gold == found and isinstance(gold, bool) == isinstance(found, bool)
    return (weight if same else 0.0), weight


def test_json_match_as_counted_plainly(score, shared):
    rng = random.Random(2)
    weights = {"answer": 3, "id": 0.5, "completions": 2, "chosen": 0}
    rows, wanted = [], []
    for document in rng.sample(documents(shared), 2000):
        found = document
        for _ in range(rng.randrange(4)):
            found = mutated(found, rng)
        rows.append({"task": str(len(rows)), "prompt": "p", "response": json.dumps(found), "gold": json.dumps(document)})
        pair = []
        for chosen in ({}, weights):
            right, most = plain_match(document, found, weights=chosen)
            pair.append(right / most if most else None)
        wanted.append(pair)
    spec = f'gold = col("gold", axis="rollout")\na = json_match(answer=gold)\nb = json_match(answer=gold, weights={json.dumps(weights)})\n'
    for row, (a, b) in zip(score(spec, rows), wanted):
        assert (row["a"], row["b"]) == (pytest.approx(a, abs=1e-9), pytest.approx(b, abs=1e-9)), row["response"][:500]


def xml_of(value, rng, name="row"):
    """The document as XML, now and then broken."""
    text = lambda s: s if rng.random() < 0.02 else s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    clean = lambda s: "".join(c for c in s if c >= " " or c in "\t\n")
    end = name if rng.random() < 0.995 else name + "x"
    if isinstance(value, dict):
        inner = "".join(xml_of(v, rng, k) for k, v in value.items())
    elif isinstance(value, list):
        inner = "".join(xml_of(v, rng, "item") for v in value[:20])
    else:
        inner = text(clean(str(value)))
    return f"<{name}>{inner}</{end}>"


def test_xml_as_expat(score, shared):
    rng = random.Random(3)
    texts = [xml_of(document, rng) for document in rng.sample(documents(shared), 2000)]
    texts += ["", "a", "<a>", "<a/>", "<a/><b/>", "<a b='1' b='2'/>", "<a>&x;</a>", "<a>]]></a>", "<a><!-- -- --></a>", "<?xml version='1.0'?>\n<a/>",
              "<a xmlns:b='u'><b:c/></a>", "<b:c/>", "<a\n/>", "<1/>", "<a>\x01</a>", "<é>ß</é>", "<a>&#x1F600;</a>", "<a>&#0;</a>", "<![CDATA[x]]>", "<a><![CDATA[<]]></a>"]
    rows = [{"task": str(i), "prompt": "p", "response": text} for i, text in enumerate(texts)]

    def wanted(text):
        try:
            xml.etree.ElementTree.fromstring(text.strip())
            return 1.0
        except xml.etree.ElementTree.ParseError:
            return 0.0

    assert [row["r"] for row in score("r = xml(whole=True)\n", rows)] == [wanted(text) for text in texts]


def test_yaml_as_ruamel(score, shared):
    rng = random.Random(4)
    dump = ruamel.yaml.YAML(typ="safe", pure=True)
    dump.default_flow_style, dump.width = False, 10**9
    rows, wanted = [], []
    import io

    for document in rng.sample(documents(shared), 2000):
        stream = io.StringIO()
        document = {k: v for k, v in document.items() if len(str(v)) < 2000}
        dump.dump(document, stream)
        text = stream.getvalue()
        if rng.random() < 0.3:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice([": ", "[", "'", "- ", "\t", "}"]) + text[at + 1 :]
        try:
            loaded = ruamel.yaml.YAML(typ="safe", pure=True).load(text)
            good = isinstance(loaded, (dict, list))
        except ruamel.yaml.YAMLError:
            good = False
        except (ValueError, TypeError):
            continue
        rows.append({"task": str(len(rows)), "prompt": "p", "response": text})
        wanted.append(float(good))
    out = [row["r"] for row in score("r = yaml(whole=True)\n", rows)]
    different = [(rows[i]["response"], out[i], wanted[i]) for i in range(len(out)) if out[i] != wanted[i]]
    assert not different, (len(different), different[0])
