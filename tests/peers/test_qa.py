"""Question answering beside the normalisation and F1 of the SQuAD evaluation, written out here from their definition."""

import collections
import re
import string

import pairs

WORD = "(?:a|an|the)"


def normal(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(rf"\b{WORD}\b", " ", text).split())


def f1(text, answer):
    said, wanted = normal(text).split(), normal(answer).split()
    shared = sum((collections.Counter(said) & collections.Counter(wanted)).values())
    if not said or not wanted:
        return float(said == wanted)
    return 2 * shared / (len(said) + len(wanted))


def test_squad(score, shared):
    every = pairs.real(shared) + pairs.odd() + [(a, a.title() + "!") for a, _ in pairs.real(shared)[:500]]
    spec = "em = exact_match()\nf1 = token_f1()\nlast = token_f1(place=\"line\")\n"
    out = score(spec, pairs.rows(every))
    for (text, answer), row in zip(every, out):
        assert row["em"] == float(normal(text) == normal(answer)), (text, answer)
        assert abs(row["f1"] - f1(text, answer)) < 1e-9, (text, answer)
        lines = [line for line in text.split("\n") if line.strip()]
        # Other line ends than \n and \r\n are no line ends to us.
        if not re.search("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text):
            assert abs(row["last"] - (f1(lines[-1], answer) if lines else 0)) < 1e-9, (text, answer)


def test_several_references(score, shared):
    real = pairs.real(shared)
    every = [(a, [b, a[: len(a) // 2], real[i - 1][0]]) for i, (a, b) in enumerate(real[:500])]
    for (text, answers), row in zip(every, score("f1 = token_f1()\n", pairs.rows(every))):
        assert abs(row["f1"] - max(f1(text, answer) for answer in answers)) < 1e-9


def test_charts(score):
    every = [(f"It is {g * (1 + d / 100)}", g) for g in (100.0, -7.5, 0.0, 12345.0) for d in (0, 3, 4.9, 5.1, -3, -6, 50)]
    out = score("x = numeric_match()\n", pairs.rows([(a, str(b)) for a, b in every]))
    for (text, gold), row in zip(every, out):
        said = float(text.split()[-1])
        assert row["x"] == float(abs(said - gold) <= 0.05 * abs(gold)), (text, gold)
