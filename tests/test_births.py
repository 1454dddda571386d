"""How processes that end are told from those that live, also when there were many of them."""

import os
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path

import pytest

from workshop.births import Forked

REUSED = """
import json, sys

def tell(**told):
    print(json.dumps(told), flush=True)

tell(born=5)
tell(gone=5, status=256)
sys.stdin.readline(), sys.stdin.readline()
tell(born=5)
sys.stdin.readline()
tell(gone=5, status=512)
sys.stdin.read()
"""
"""What a nursery tells when the system gives a number a second time, as it does in the end."""


def test_a_number_that_comes_again_is_another_process(tmp_path: Path) -> None:
    (tmp_path / "reused.py").write_text(REUSED)
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    births = Forked(variables, tmp_path / "complaints", "reused")
    try:
        assert births.bear({}) == 5
        assert births.status(5, 10) == "with exit code 1"
        assert births.bear({}) == 5
        assert not births.gone(5)
        with pytest.raises(FutureTimeout):
            births.status(5, 0.01)
        births.kill(5)
        assert births.status(5, 10) == "with exit code 2"
    finally:
        births.close()
