"""The words of the language under their names; their types are in the stubs beside this file."""

from . import _meed

globals().update(_meed.WORDS)

__all__ = list(_meed.WORDS)
