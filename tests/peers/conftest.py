"""Differential tests: the binary's numbers beside those of the packages people already trust."""

import json
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "target" / "release" / "meed"


@pytest.fixture
def score(tmp_path):
    """`score(spec, rows)`: the rows with the outputs of the spec, as `meed score` writes them."""

    def run(spec, rows, *options):
        (tmp_path / "spec.star").write_text(spec)
        with open(tmp_path / "rows.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        command = [BINARY, "score", "spec.star", "rows.jsonl", "-o", "out.jsonl", *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in open(tmp_path / "out.jsonl")]

    return run


@pytest.fixture
def shared():
    """The folder of real data beside the repository; tests that need it are skipped where it is not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the repository")
    return folder
