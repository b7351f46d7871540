"""Overlap metrics beside rouge-score, sacrebleu, rapidfuzz and nltk."""

import random
import time

import pairs
import pytest
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import meteor_score
from rapidfuzz.distance import Indel, Levenshtein
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF, TER


class NoWords:
    """A WordNet without words: METEOR's synonyms are left out."""

    def synsets(self, word):
        return []


def every(shared):
    return pairs.real(shared) + pairs.odd()


def compare(found, expected, all_pairs):
    assert len(found) == len(expected)
    wrong = [
        (name, f[name], e[name], pair)
        for f, e, pair in zip(found, expected, all_pairs)
        for name in e
        if f[name] is None or abs(f[name] - e[name]) > 1e-6
    ]
    assert not wrong, f"{len(wrong)} differ, first {wrong[0]}"


def test_rouge(score, shared):
    spec = "".join(
        f'r{kind}_{measure}_{stem} = rouge(kind="{kind}", measure="{measure}", stem={stem})\n'
        for kind in ("1", "2", "3", "L", "Lsum")
        for measure in ("f1", "precision", "recall")
        for stem in (False, True)
    )
    every_pair = every(shared)
    expected = []
    scorers = {stem: RougeScorer([f"rouge{k}" for k in ("1", "2", "3", "L", "Lsum")], use_stemmer=stem) for stem in (False, True)}
    for text, answer in every_pair:
        row = {}
        for stem, scorer in scorers.items():
            for kind, result in scorer.score(answer, text).items():
                for name, measure in (("f1", "fmeasure"), ("precision", "precision"), ("recall", "recall")):
                    row[f"r{kind[5:]}_{name}_{stem}"] = getattr(result, measure)
        expected.append(row)
    compare(score(spec, pairs.rows(every_pair)), expected, every_pair)


def test_rouge_lines_of_many_words(score):
    draw = random.Random(3)
    text = lambda: "\n".join(" ".join(draw.choices("abcdefgh", k=draw.randrange(0, 90))) for _ in range(6))
    every_pair = [(text(), text()) for _ in range(40)]
    scorer = RougeScorer(["rougeLsum"])
    expected = [{"x": scorer.score(b, a)["rougeLsum"].fmeasure} for a, b in every_pair]
    compare(score('x = rouge(kind="Lsum")\n', pairs.rows(every_pair)), expected, every_pair)


def test_rouge_of_several_references(score, shared):
    real = pairs.real(shared)
    triples = [(a, [b, real[i - 1][0]]) for i, (a, b) in enumerate(real[:500])]
    scorer = RougeScorer(["rouge1", "rougeL"])
    spec = 'p = rouge(kind="1", measure="precision")\nl = rouge()\n'
    expected = []
    for text, answers in triples:
        result = scorer.score_multi(answers, text)
        expected.append({"p": result["rouge1"].precision, "l": result["rougeL"].fmeasure})
    compare(score(spec, pairs.rows(triples)), expected, triples)


BLEUS = {
    "bleu()": dict(effective_order=True),
    'bleu(smooth="floor")': dict(effective_order=True, smooth_method="floor"),
    'bleu(smooth="add-k", smooth_value=2)': dict(effective_order=True, smooth_method="add-k", smooth_value=2),
    'bleu(smooth="none", effective=False)': dict(smooth_method="none"),
    "bleu(effective=False)": dict(),
    "bleu(n=2, ignore_case=True)": dict(effective_order=True, max_ngram_order=2, lowercase=True),
    'bleu(tokens="characters")': dict(effective_order=True, tokenize="char"),
    'bleu(tokens="words")': dict(effective_order=True, tokenize="none"),
}
CHRFS = {
    "chrf()": dict(),
    "chrf(words=2)": dict(word_order=2),
    "chrf(space=True, ignore_case=True)": dict(whitespace=True, lowercase=True),
    "chrf(n=3, beta=1)": dict(char_order=3, beta=1),
}
TERS = {
    "ter()": dict(),
    "ter(ignore_case=False)": dict(case_sensitive=True),
    "ter(punctuation=False)": dict(no_punct=True),
}


@pytest.mark.parametrize("metric, calls", [(BLEU, BLEUS), (CHRF, CHRFS)], ids=["bleu", "chrf"])
def test_sacrebleu(score, shared, metric, calls):
    spec = "".join(f"x{i} = {call}\n" for i, call in enumerate(calls))
    peers = [metric(**options) for options in calls.values()]
    real = pairs.real(shared)
    every_pair = [(a, [b]) for a, b in every(shared)]
    every_pair += [(a, [b, real[i - 1][0], real[i - 1][1]]) for i, (a, b) in enumerate(real[:500])]
    expected = [
        {f"x{i}": peer.sentence_score(text, answers).score for i, peer in enumerate(peers)} for text, answers in every_pair
    ]
    compare(score(spec, pairs.rows(every_pair)), expected, every_pair)


def test_ter(score, shared):
    spec = "".join(f"x{i} = {call}\n" for i, call in enumerate(TERS))
    peers = [TER(**options) for options in TERS.values()]
    real = [(a, [b]) for a, b in pairs.real(shared) if len(a.split()) <= 60 and len(b.split()) <= 60]
    assert len(real) >= 2000
    draw = random.Random(5)
    shuffled = lambda words: " ".join(draw.sample(words, len(words)))
    moved = [(shuffled(a.split()), [a]) for a, _ in pairs.real(shared)[:150] if len(a.split()) <= 40]
    every_pair = real + [(a, [b]) for a, b in pairs.odd()] + moved
    every_pair += [(a, [*b, real[i - 1][0]]) for i, (a, b) in enumerate(real[:200])]
    every_pair += [(" ".join(draw.choices("abc", k=n)), [" ".join(draw.choices("abc", k=m))]) for n in (1, 3, 30) for m in (1, 2, 60)]
    expected = [
        {f"x{i}": peer.sentence_score(text, answers).score for i, peer in enumerate(peers)} for text, answers in every_pair
    ]
    compare(score(spec, pairs.rows(every_pair)), expected, every_pair)


def test_meteor(score, shared):
    every_pair = every(shared)
    stemmer, none = PorterStemmer(), NoWords()
    peer = lambda a, b, **options: meteor_score([b.split()], a.split(), stemmer=stemmer, wordnet=none, **options)
    spec = "m = meteor()\nn = meteor(alpha=0.8, beta=2, gamma=0.3)\n"
    expected = [{"m": peer(a, b), "n": peer(a, b, alpha=0.8, beta=2, gamma=0.3)} for a, b in every_pair]
    compare(score(spec, pairs.rows(every_pair)), expected, every_pair)


def test_stems(score, shared):
    words = sorted({w for a, b in every(shared) for w in (a + " " + b).lower().split() if len(w) > 2})
    stemmer = PorterStemmer()
    # A word and its stem match exactly when the stems agree.
    every_pair = [(w, stemmer.stem(w)) for w in words]
    expected = [{"same": float(stemmer.stem(w) == stemmer.stem(s) or w == s)} for w, s in every_pair]
    compare(score("same = meteor(gamma=0) > 0\n", pairs.rows(every_pair)), expected, every_pair)
    assert len(words) > 5000


def test_edit_similarity(score, shared):
    real = pairs.real(shared)
    every_pair = every(shared) + [(a + b, b + a) for a, b in real[:200]]
    spec = """
e = edit_similarity()
i = edit_similarity(edits="indel")
w = edit_similarity(unit="words")
d = (1 - edit_similarity()) * max(length(), length(col("answer")))
"""
    expected = [
        {
            "e": Levenshtein.normalized_similarity(a, b),
            "i": Indel.normalized_similarity(a, b),
            "w": Levenshtein.normalized_similarity(a.split(), b.split()),
            "d": Levenshtein.distance(a, b),
        }
        for a, b in every_pair
    ]
    compare(score(spec, pairs.rows(every_pair)), expected, every_pair)


def test_a_hundred_thousand_words(score):
    a, b = pairs.long_pair()
    spec = """
r1 = rouge(kind="1")
r2 = rouge(kind="2", stem=True)
rl = rouge()
rs = rouge(kind="Lsum")
bl = bleu()
ch = chrf()
me = meteor()
wo = edit_similarity(unit="words")
ed = edit_similarity()
te = ter()
"""
    started = time.monotonic()
    found = score(spec, pairs.rows([(a, b)]))
    took = time.monotonic() - started
    print(f"100,000 words: {took:.1f} s")
    rouge = RougeScorer(["rouge1"]).score(b, a)
    stemmed = RougeScorer(["rouge2"], use_stemmer=True).score(b, a)
    expected = {
        "r1": rouge["rouge1"].fmeasure,
        "r2": stemmed["rouge2"].fmeasure,
        "bl": BLEU(effective_order=True).sentence_score(a, [b]).score,
        "ch": CHRF().sentence_score(a, [b]).score,
        "me": meteor_score([b.split()], a.split(), wordnet=NoWords()),
        "wo": Levenshtein.normalized_similarity(a.split(), b.split()),
        "ed": Levenshtein.normalized_similarity(a, b),
    }
    compare(found, [expected], [("long", "long")])
    # One line: the longest common subsequence, which rapidfuzz finds too.
    lcs = Indel.normalized_similarity(a.split(), b.split())
    assert found[0]["rl"] == pytest.approx(lcs, abs=1e-9) and found[0]["rs"] == pytest.approx(lcs, abs=1e-9)
    assert 0 < found[0]["te"] < 100
