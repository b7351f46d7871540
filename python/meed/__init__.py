"""Rewards, advantages and preference pairs from rollouts.

The words of the language are here under their names (`meed.number`, `meed.where`, `meed.text`, …), with the operators
they have in a spec file:

>>> import meed
>>> correct = meed.number()
>>> reward = correct * (1 - 0.2 * meed.sigmoid(meed.length.z("group")).or_else(0))
>>> spec = meed.Spec(reward=reward, correct=correct)

A spec is scored over lists of dicts, arrays, data frames or files:

>>> rows = [{"prompt": "2+2?", "completion": "4", "answer": "4", "length": 1},
...         {"prompt": "2+2?", "completion": "It is 5.", "answer": "4", "length": 4}]
>>> spec.score(rows)["correct"]
[[1, 0]]

Nothing but the standard library is imported; NumPy, Arrow and trainers are met by their protocols.
"""

from . import _meed
from ._meed import (
    Batch,
    Column,
    DataError,
    Dump,
    Error,
    Scored,
    Signal,
    Spec,
    SpecError,
    __version__,
    evaluate,
    inf,
    load,
    parse,
    read_dump,
    set_threads,
)

from . import _words
from ._words import *

del math
from . import math  # a module that is called like the scorer of that name
from ._scorer import Absent, Scorer, map, scorer


def help(name):
    """Prints what a word does, with examples; `meed.help(".mean")` is the one that follows a dot."""
    print(help_text(name))


def help_text(name):
    """What `help` prints."""
    bare = name.lstrip(".")
    found = [w for w in _meed.words_table() if w["name"] == bare and (w["method"] or not name.startswith("."))]
    if not found:
        raise ValueError(f"there is no word `{name}`")
    pages = []
    for word in found:
        page = [word["signature"], f"  {word['axes']}", "", f"  {word['summary']}"]
        if word["details"]:
            page.append(f"  {word['details']}")
        page += ["", *(f"  {arg:22} {means}" for arg, means in word["args"])]
        for code, columns, gives in word["examples"]:
            page += ["", f"  {code}", f"    with  {columns}", f"    gives {gives}"]
        pages.append("\n".join(page))
    return "\n\n".join(pages)


__all__ = [
    "Absent",
    "Batch",
    "Column",
    "DataError",
    "Dump",
    "Error",
    "Scored",
    "Scorer",
    "Signal",
    "Spec",
    "SpecError",
    "evaluate",
    "inf",
    "load",
    "parse",
    "read_dump",
    "scorer",
    "set_threads",
    *_words.__all__,
]
