"""Pairs of texts: real ones from the data beside the repository, and ones made to break things."""

import gzip
import itertools
import json


def real(shared):
    """More than 3,000 pairs: answers of two dialogues, two solutions of a problem, a chosen and a rejected answer."""
    pairs = []
    for line in gzip.open(shared / "hh_harmless_test.jsonl.gz", "rt"):
        row = json.loads(line)
        pairs.append(tuple(row[side].rsplit("\n\nAssistant:", 1)[-1].strip() for side in ("chosen", "rejected")))
    for line in open(shared / "gsm8k_rollouts.jsonl"):
        a, b, *_ = json.loads(line)["completions"]
        pairs.append((a, b))
    for row in json.load(open(shared / "rm_bench_chat.json")):
        pairs.append((row["chosen"][0], row["rejected"][0]))
    return pairs


ODD = [
    "",
    " ",
    "a",
    "A",
    "the",
    "!",
    "...",
    "a b c d e f g",
    "g f e d c b a",
    "a a a a a a a a a a",
    "It's 3.5, or 3-4 (five)... don't; e.g. U.S.A. 1,000.50!",
    "&quot;x&quot; &amp; <skipped> y-\nz",
    "line one.\nline two.\n\nline three",
    "line two.\nline one.\nline four",
    "running runs ran easily happily relational conditionally skies dying generously",
    "run running ran easy happiness relate condition sky die generous",
    "café naïve Straße İstanbul ΣΑΣ Kelvin",
    "CAFÉ naive strasse istanbul σας kelvin",
    "日本語のテキスト、中国語文本。한국어",
    "日本語 テキスト",
    "🙂🙃 emoji 👩‍👩‍👧 zero​width",
    "مرحبا بالعالم",
    "tab\tseparated\x0btext\x0c\x1c\x85\u2028 end",
    "x" * 300,
    "ab" * 150,
    "one " * 70,
    "\\boxed{42} $x^2$ [link](http://a.b/c?d=e) `code` **bold**",
]


def odd():
    """Every pair of odd texts."""
    return list(itertools.product(ODD, ODD))


def rows(pairs):
    """The pairs as rollouts: the first is the response, the second the answer."""
    return [{"task": str(i), "prompt": "p", "response": a, "answer": b} for i, (a, b) in enumerate(pairs)]


def long_pair(words=100_000):
    """Two texts of many words with a realistic spread of frequencies."""
    import random

    draw = random.Random(7)
    lexicon = [f"w{i}" for i in range(5000)]
    weights = [1 / (i + 1) for i in range(5000)]
    text = draw.choices(lexicon, weights, k=words)
    other = [draw.choice(lexicon) if draw.random() < 0.1 else w for w in text]
    return " ".join(text), " ".join(other)
