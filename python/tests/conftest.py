"""What the tests share: rollouts of the examples, and the command line beside them."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import meed

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="session")
def rollouts():
    """The rows of examples/math."""
    with open(EXAMPLES / "math" / "rollouts.jsonl") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="session")
def math_spec():
    return str(EXAMPLES / "math" / "reward.star")


@pytest.fixture
def cli(tmp_path):
    """`cli(spec, rows)`: the outputs `meed score` writes, by name."""

    def run(spec, rows, *options):
        with open(tmp_path / "rows.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        command = ["score", str(spec), str(tmp_path / "rows.jsonl"), "-o", str(tmp_path / "out.jsonl"), *options]
        done = subprocess.run([sys.executable, "-m", "meed", *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        written = [json.loads(line) for line in open(tmp_path / "out.jsonl")]
        return {name: [row[name] for row in written] for name in written[0]}

    return run


@pytest.fixture
def child(tmp_path):
    """`child(code)`: what a fresh interpreter prints that runs this code."""

    def run(code, **environment):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(pathlib.Path(meed.__file__).parents[1]), **environment},
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
