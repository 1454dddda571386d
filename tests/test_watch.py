"""`workshop watch`: each save gets its verdict, and nothing piles up or stays behind."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchfiles import Change

from workshop import copies, processes, state, words
from workshop.rehearsal import Rehearsal
from workshop.watch import Sources

SAVES = 1000
WARM = 50
"""Saves after which memory is measured first: by then all that is imported once is there."""

WRITTEN = b"    response = await client.get(url)\n    response.raise_for_status()\n"


class Watched:
    """`workshop watch 01` in a copy of the course."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.lesson = rehearsal.lesson
        self.file = self.lesson.folder / "todo_api" / "upstreams.py"
        self.process = rehearsal.begin("workshop watch 01", variables={"COLUMNS": "100"})

    def verdict(self) -> list[str]:
        """What is printed, up to the line that says what comes next."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("next "):
                return lines
        raise AssertionError(f"it ended after {lines}")

    def family(self) -> list[int]:
        """The numbers of the process and of all that it started."""
        found = [self.process.pid]
        every = processes.every()
        for parent in found:
            found += [one.number for one in every if one.parent == parent]
        return found

    def memory(self) -> int:
        """The memory that all of them hold, in pages."""
        tables = (Path(f"/proc/{number}/statm") for number in self.family())
        return sum(int(table.read_text().split()[1]) for table in tables)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    rehearsal = Rehearsal(tmp_path / "a copy of the course")
    watched = Watched(rehearsal)
    yield watched
    watched.process.kill()
    watched.process.communicate()


def alive(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="it looks in /proc")
def test_a_save_gets_its_verdict_and_ctrl_c_leaves_nothing(watched: Watched) -> None:
    first = watched.verdict()
    assert first[0].endswith("todo_api: ready to begin")
    source = watched.file.read_bytes()
    watched.file.write_bytes(source.replace(b"    raise NotImpl", b"    return None  # NotImpl", 1))
    second = watched.verdict()
    assert second[1].startswith("Watching lessons/01_async/todo_api;")
    assert second[2] == "changed: lessons/01_async/todo_api/upstreams.py"
    assert any(line.startswith("✗ not yet      01.1") for line in second)
    # It is a learner's run: a copy is kept, and what was found is remembered.
    assert [copy.why for copy in copies.kept(watched.lesson)] == [copies.RUN]
    tried = state.load(watched.lesson.root).tried["01"]
    assert tried.tasks["01.1"] == words.NOT_YET
    family = watched.family()
    assert len(family) >= 3
    os.killpg(watched.process.pid, signal.SIGINT)
    printed, complained = watched.process.communicate(timeout=10)
    assert printed.endswith("stopped watching\n")
    assert complained == ""
    assert watched.process.returncode == 0
    assert [number for number in family if alive(number)] == []


def test_only_what_is_written_by_hand_is_a_save(tmp_path: Path) -> None:
    is_source = Sources(tmp_path / "todo_api")
    seen = ["todo_api/main.py", "todo_api/routes/todos.py", "todo_api/notes.txt"]
    unseen = ["todo.db", "todo_api/todo.db-wal", "todo_api/__pycache__/main.pyc", "README.md"]
    unseen += ["todo_api/.main.py.swp", "todo_api/main.py~"]
    found = [name for name in seen + unseen if is_source(Change.modified, str(tmp_path / name))]
    assert found == seen


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="it looks in /proc")
def test_a_thousand_saves_leave_no_process_and_no_memory(watched: Watched) -> None:
    watched.verdict()
    source = watched.file.read_bytes()
    memory, family = 0, []
    for count in range(SAVES):
        watched.file.write_bytes(source + b"# %d\n" % (count % 7))
        watched.verdict()
        if count + 1 == WARM:
            memory, family = watched.memory(), watched.family()
    assert len(watched.family()) <= len(family)
    assert watched.memory() <= 1.1 * memory
