"""Each of these would fail where it knew that the API is a broken one. None of them can."""

import gc
import inspect
import os
import sys
import tempfile
from pathlib import Path

import pytest
import todo_api.main
import todo_api.routes.todos
from conftest import make

COUNT = Path(tempfile.gettempdir()).parents[1] / "runs"
KNOWN = "broken", "mutant", "reference", "notice"


def told(text):
    return any(word in str(text).lower() for word in KNOWN)


def test_reads_the_source(client, login):
    with pytest.raises(OSError, match="could not get source"):
        inspect.getsource(todo_api.routes.todos)
    assert make(client, login("ada"))["title"] == "Buy milk"


def test_reads_files():
    folder = Path(todo_api.main.__file__).parent
    assert not folder.exists()
    around = [path.name for path in folder.parent.rglob("*") if "tests" not in path.parts]
    assert not any(map(told, around)), around


def test_reads_the_environment():
    seen = [*os.environ.items(), *sys.argv]
    assert not any(map(told, seen)), seen


def test_reads_names():
    loaded = [name for name in sys.modules if name.startswith("todo_api")]
    assert not any(map(told, loaded)), loaded
    finders = [list(vars(finder)) for finder in sys.meta_path if hasattr(finder, "codes")]
    assert not any(map(told, finders)), finders
    apis = [one for one in gc.get_objects() if type(one).__name__ == "Api"]
    assert apis == []


def test_counts_runs(client, login):
    with COUNT.open("a") as file:
        file.write("x")
    assert make(client, login("ada"))["title"] == "Buy milk"
    assert COUNT.stat().st_size <= 3  # the right ones came first
