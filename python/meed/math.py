"""The scorer `math`, and the comparison of answers for direct use.

>>> import meed
>>> spec = meed.Spec(reward=meed.math())
>>> meed.math.equivalent("3/4", r"thus \\boxed{75\\%}")
True

Verdicts take bounded time by a budget of steps: no signals, threads or processes, so any thread of any process may ask.
"""

import sys
import types

from . import _meed
from ._meed import equivalent, explain, extract, key

__all__ = ["equivalent", "explain", "extract", "key"]


class _Math(types.ModuleType):
    """A module that is called like the word it is named after."""

    def __call__(self, *args, **kwargs):
        return _meed.WORDS["math"](*args, **kwargs)

    @property
    def __signature__(self):
        return _meed.WORDS["math"].__signature__


sys.modules[__name__].__class__ = _Math
