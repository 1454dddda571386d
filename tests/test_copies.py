"""No byte that a learner wrote becomes unreachable: whatever is done, killed, or out of room."""

import errno
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workshop import authors, copies, course, record, reset, state, tiny, update, writing
from workshop.course import Lesson, lessons
from workshop.repository import Change, Entry
from workshop.saying import Screen

Held = set[tuple[str, str, bytes]]
"""Lesson, name of a file, and what is in it."""


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Disk:
    """Stands in for `os` and `open` in `workshop.writing`, and counts what is written.

    The `at`th operation is killed half done, or finds no room, or comes after a save in an editor.
    A save just before `replace` isn't tried: no program can know of it.
    """

    def __init__(self, fault: str, at: int, save: Callable[[], None]) -> None:
        self.fault = fault
        self.left = at
        self.save = save

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def next(self, half: Callable[[], object] = lambda: None, *, needs_room: bool = True) -> None:
        self.left -= 1
        if self.left > 0 or not self.fault:
            return
        if self.fault == "save":
            if self.left == 0:
                self.save()
        elif self.fault == "kill":
            if self.left == 0:
                half()
            raise Killed
        elif needs_room:  # once there is no room, there is none for the rest either
            half()
            raise OSError(errno.ENOSPC, "No space left on device")

    def open(self, *arguments: Any) -> int:
        self.next()
        return os.open(*arguments)

    def fsync(self, _handle: int) -> None:
        self.next()

    def replace(self, source: Path, target: Path) -> None:
        if self.fault != "save":
            self.next()
        os.replace(source, target)

    def unlink(self, path: Path) -> None:
        if self.fault != "save":
            self.next(needs_room=False)
        os.unlink(path)

    def file(self, handle: int, mode: str) -> Any:
        disk = self

        class File:
            def __enter__(self) -> Any:
                self.inner = open(handle, mode)
                return self

            def __exit__(self, *_: object) -> None:
                self.inner.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.inner, name)

            def write(self, content: bytes) -> None:
                disk.next(lambda: self.inner.write(content[: len(content) // 2]))
                self.inner.write(content)

        return File()


FAULTS = st.one_of(
    st.just(("", 0)),
    st.tuples(st.sampled_from(["kill", "full", "save"]), st.integers(1, 12) | st.integers(1, 40)),
)
LESSONS = st.sampled_from(["01", "02"])
SOME = st.sampled_from([("01",), ("02",), ("01", "02")])
FILES = st.sampled_from(["main.py", "more/two.py", "mine.py", "more/mine/deep.py"])
TEXTS = st.sampled_from(["", "x = 1\n", "# end 01.1\n", "no line end", "caf\u00e9\r\n", "\f\x00"])


class Work(RuleBasedStateMachine):
    """A learner who edits, runs, resets, undoes, updates; kills and full disks at any write."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = tempfile.TemporaryDirectory()
        self.root = Path(self.temporary.name)
        tiny.write(self.root, ("01", "02"))
        self.course: Held = set()
        self.saved = 0
        self.learn_course()

    def teardown(self) -> None:
        course.lessons.cache_clear()
        self.temporary.cleanup()

    def lesson(self, number: str) -> Lesson:
        found = course.find(number, self.root)
        assert found is not None
        return found

    def learn_course(self) -> None:
        """What the course itself writes is not the learner's."""
        for lesson in lessons(self.root):
            for name, content in copies.given(lesson).items():
                self.course.add((lesson.number, name, content))

    def on_disk(self) -> Held:
        return {
            (lesson.number, name, content)
            for lesson in lessons(self.root)
            for name, content in copies.mine(lesson).items()
        }

    def reachable(self) -> Held:
        """All that is there or in a copy, without what is the course's own."""
        found = self.on_disk()
        for lesson in lessons(self.root):
            for copy in copies.kept(lesson):
                held = copies.contents(copy)
                found |= {(lesson.number, name, content) for name, content in held.items()}
        return found - self.course

    def save(self) -> None:
        """An editor saves every file, while a command is at work."""
        for lesson in lessons(self.root):
            for name, content in copies.mine(lesson).items():
                self.overwritten.add((lesson.number, name, content))
                content += f"# {self.saved}\n".encode()
                self.owed.add((lesson.number, name, content))
                (lesson.folder / name).write_bytes(content)
        self.saved += 1

    def command(self, fault: tuple[str, int], do: Callable[[], object]) -> bool:
        """Give a command, with a fault at one of its writes; whether it came to its end."""
        before = self.reachable()
        self.overwritten: Held = set()
        self.owed: Held = set()
        disk = Disk(*fault, self.save)
        ended = True
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "os", disk)
            patch.setattr(writing, "open", disk.file, raising=False)
            patch.setattr(authors, "_committed", lambda *_: False)
            try:
                do()
            except (Killed, OSError):
                ended = False
        after = self.reachable()
        # What a save wrote over is lost by the learner's own hand, unless it was kept by then.
        lost = (before - self.overwritten | self.owed) - after
        assert lost == set()
        return ended and not (fault[0] and disk.left <= 0)

    @rule(numbers=SOME, name=FILES, text=TEXTS, whole=st.booleans())
    def edit(self, numbers: tuple[str, ...], name: str, text: str, whole: bool) -> None:
        for number in numbers:
            path = self.lesson(number).folder / "todo_api" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old = path.read_bytes() if path.exists() and not whole else b""
            path.write_bytes(old + text.encode())

    @rule(number=LESSONS, name=FILES)
    def delete(self, number: str, name: str) -> None:
        (self.lesson(number).folder / "todo_api" / name).unlink(missing_ok=True)

    @rule(number=LESSONS, fault=FAULTS)
    def run(self, number: str, fault: tuple[str, int]) -> None:
        lesson = self.lesson(number)
        files = copies.mine(lesson)

        def keep() -> None:
            record.keep(lesson, files)

        if self.command(fault, keep) and not self.course.issuperset(self.on_disk()):
            kept = [copies.contents(copy) for copy in copies.kept(lesson)]
            assert files == copies.given(lesson) or files in kept

    @rule(number=LESSONS, fault=FAULTS)
    def reset_lesson(self, number: str, fault: tuple[str, int]) -> None:
        lesson = self.lesson(number)
        before = copies.mine(lesson)
        if self.command(fault, lambda: reset.whole_lesson(lesson)):
            assert copies.mine(lesson) == copies.given(lesson)
            self.undone(lesson, before)

    @rule(number=LESSONS, task=st.sampled_from(["1", "2"]), fault=FAULTS)
    def reset_task(self, number: str, task: str, fault: tuple[str, int]) -> None:
        lesson = self.lesson(number)
        self.command(fault, lambda: reset.one_task(lesson, f"{number}.{task}"))

    def any_copy(self) -> bool:
        return any(copies.kept(lesson) for lesson in lessons(self.root))

    def undone(self, lesson: Lesson, before: copies.Files) -> None:
        """An undo after a reset that wrote something brings all of it back."""
        copy = reset.last(self.root, lesson)
        if before != copies.given(lesson):
            assert copy is not None
            self.command(("", 0), lambda: reset.back(copy))
            assert copies.mine(lesson) == before

    @precondition(any_copy)
    @rule(number=st.one_of(st.none(), LESSONS), fault=FAULTS)
    def undo(self, number: str | None, fault: tuple[str, int]) -> None:
        copy = reset.last(self.root, self.lesson(number) if number else None)
        if copy is not None and self.command(fault, lambda: reset.back(copy)):
            assert copies.mine(copy.lesson) == copies.contents(copy)

    @precondition(any_copy)
    @rule(number=LESSONS, place=st.integers(0, 20), fault=FAULTS)
    def undo_named(self, number: str, place: int, fault: tuple[str, int]) -> None:
        kept = copies.kept(self.lesson(number))
        if kept:
            copy = kept[place % len(kept)]
            assert copies.find(self.root, copy.name) == copy
            self.command(fault, lambda: reset.back(copy))

    @rule(number=LESSONS, fault=FAULTS)
    def hint(self, number: str, fault: tuple[str, int]) -> None:
        def show() -> None:
            remembered = state.load(self.root)
            remembered.hints[f"{number}.1"] = remembered.hints.get(f"{number}.1", 0) + 1
            state.save(self.root, remembered)

        before = state.load(self.root).hints
        ended = self.command(fault, show)
        assert (state.load(self.root).hints != before) >= ended

    @rule(number=LESSONS, again=st.booleans(), fault=FAULTS)
    def newer_course(self, number: str, again: bool, fault: tuple[str, int]) -> None:
        """The reference gets a line, so the starter does; killed, it is done once more."""
        lesson = self.lesson(number)
        changes, held = [], {}
        for folder in (lesson.solution, lesson.folder):
            path = folder / "todo_api" / "main.py"
            old = {f"todo_api/{n}": c for n, c in copies.build.files_of(lesson.solution).items()}
            old = copies.given(lesson) if folder == lesson.folder else old
            was = old["todo_api/main.py"]
            name = path.relative_to(self.root).as_posix()
            held |= {f"old {name}": was, f"new {name}": was + b"# newer\n"}
            entries = (Entry("100644", f"{age} {name}") for age in ("old", "new"))
            changes.append(Change(name, *entries))
        self.course.add((number, "todo_api/main.py", held[f"new {changes[1].name}"]))
        mine, saved = copies.mine(lesson).get("todo_api/main.py"), self.saved
        for _ in range(1 + again):
            self.command(fault, lambda: update.take(self.root, changes, held))
            fault = ("", 0)
        if mine != held[f"old {changes[1].name}"] and saved == self.saved:
            there = copies.mine(lesson).get("todo_api/main.py")
            assert there == mine, "written over a file that the learner changed"
        self.learn_course()

    @rule(number=st.one_of(st.none(), LESSONS), fault=FAULTS)
    def build(self, number: str | None, fault: tuple[str, int]) -> None:
        """No git is here to have anything, so all that isn't the starter's is the learner's."""
        chosen = self.lesson(number) if number else None
        self.command(fault, lambda: authors.build_all(self.root, chosen, Screen(StringIO())))

    @invariant()
    def begun_where_a_copy_is(self) -> None:
        for lesson in lessons(self.root):
            assert copies.build.begun(lesson) >= bool(copies.kept(lesson))


def such(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # it takes minutes to make a failure shorter
        suppress_health_check=list(HealthCheck),
    )


class TestWork(Work.TestCase):  # type: ignore[name-defined, misc]
    settings = such(100)


@pytest.mark.slow
class TestWorkForLong(Work.TestCase):  # type: ignore[name-defined, misc]
    settings = such(500)


AT_WORK = """
import os, sys
from pathlib import Path
from workshop import copies, course, record, reset

lesson = course.find("01", Path(sys.argv[1]))
file = lesson.folder / "todo_api" / "main.py"
number = int(sys.argv[2])
while True:
    number += 1
    record.keep(lesson, copies.mine(lesson))
    # As an editor saves that can't be interrupted: it is the commands that are killed.
    part = Path(sys.argv[1]) / "part"
    part.write_bytes(file.read_bytes() + b"# %d" % number)
    os.replace(part, file)
    print(file.read_bytes().hex(), flush=True)
    reset.one_task(lesson, "01.1")
    reset.whole_lesson(lesson)
    reset.back(reset.last(lesson.root, lesson))
"""


def test_killed_by_the_system_nothing_is_lost(tmp_path: Path) -> None:
    """A process that edits, runs, resets and undoes as fast as it can gets SIGKILL, six times."""
    tiny.write(tmp_path, ("01",))
    lesson = lessons(tmp_path)[0]
    written: set[bytes] = set()
    for count in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", AT_WORK, str(tmp_path), str(len(written))],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            said = [process.stdout.readline()]
            time.sleep(0.02 * count)
            process.kill()
            said += process.stdout.readlines()
        written |= {bytes.fromhex(line) for line in said if line.endswith("\n")}
        kept = [copies.contents(copy)["todo_api/main.py"] for copy in copies.kept(lesson)]
        there = copies.mine(lesson)["todo_api/main.py"]
        assert written <= {*kept, there}
    assert len(written) > 6
    # What the last kill left half done is put right by the learner's next command.
    copy = copies.kept(lesson)[-1]
    reset.back(copy)
    assert copies.mine(lesson) == copies.contents(copy)
