"""The page about Python is true."""

import doctest
import pathlib


def test_the_page_runs():
    page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "python.md"
    ran = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert ran.attempted > 10 and ran.failed == 0
