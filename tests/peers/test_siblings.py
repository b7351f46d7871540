"""Scores of texts among their siblings, beside plain definitions."""

import collections
import json
import math
import re

import pytest


def words(text):
    return re.findall(r"[^\W_]+", text.lower())


def grams(text, n):
    w = words(text)
    return [tuple(w[i : i + n]) for i in range(len(w) - n + 1)]


def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 1.0


def close(found, expected):
    return found is None if expected is None else abs(found - expected) < 1e-9


def test_group(score, shared):
    spec = """
sim = group_similarity()
most = group_similarity(n=1, take="max")
dup = duplicates()
dist = distinct_n()
new = novelty()
tf = tfidf()
bm = bm25()
"""
    groups = []
    for line in open(shared / "gsm8k_rollouts.jsonl"):
        row = json.loads(line)
        groups.append((row["completions"] + row["completions"][:1], row.get("question") or row.get("prompt") or "x y z"))
    groups = groups[:400]
    rows = [
        {"task": str(i), "prompt": "p", "response": text, "answer": query} for i, (texts, query) in enumerate(groups) for text in texts
    ]
    out = iter(score(spec, rows))
    for texts, query in groups:
        sets = {n: [set(grams(t, n)) for t in texts] for n in (1, 2)}
        alls = [g for t in texts for g in grams(t, 2)]
        bags = [collections.Counter(words(t)) for t in texts]
        with_word = collections.Counter(w for bag in bags for w in bag)
        n = len(texts)
        idf = lambda w: math.log((1 + n) / (1 + with_word[w])) + 1
        rarity = lambda w: math.log(1 + (n - with_word[w] + 0.5) / (with_word[w] + 0.5))
        wanted = collections.Counter(words(query))
        mean = sum(sum(b.values()) for b in bags) / n
        for i, text in enumerate(texts):
            row = next(out)
            others = [j for j in range(n) if j != i]
            assert close(row["sim"], sum(jaccard(sets[2][i], sets[2][j]) for j in others) / len(others))
            assert close(row["most"], max(jaccard(sets[1][i], sets[1][j]) for j in others))
            assert row["dup"] == sum(words(texts[j]) == words(text) for j in others)
            assert close(row["dist"], len(set(alls)) / len(alls))
            rest = set().union(*(sets[2][j] for j in others))
            assert close(row["new"], len(sets[2][i] - rest) / len(sets[2][i]))
            u = {w: c * idf(w) for w, c in bags[i].items()}
            v = {w: c * idf(w) for w, c in wanted.items()}
            length = lambda x: math.sqrt(sum(y * y for y in x.values()))
            cosine = sum(u[w] * v.get(w, 0) for w in u) / (length(u) * length(v)) if u and v else 0
            assert row["tf"] == pytest.approx(cosine, abs=1e-9)
            size = sum(bags[i].values())
            bm = sum(
                c * rarity(w) * bags[i][w] * 2.5 / (bags[i][w] + 1.5 * (0.25 + 0.75 * size / mean)) for w, c in wanted.items() if bags[i][w]
            )
            assert row["bm"] == pytest.approx(bm, abs=1e-9)


def test_history(score, tmp_path):
    spec = """
key = fingerprint()
before = state("seen", key=key)
update(before, before + 1)
new = 1 / (1 + before)
"""
    rows = [{"task": "t", "prompt": "p", "response": r} for r in ("It is 4.", "it is 5")]
    state = ["--state", str(tmp_path / "seen.json")]
    assert [row["new"] for row in score(spec, rows, *state)] == [1, 1]
    again = [{**rows[0], "response": "It  is: 4"}, {**rows[0], "response": "It is 6"}]
    assert [row["new"] for row in score(spec, again, *state)] == [0.5, 1]
