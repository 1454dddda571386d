"""Take a newer course, without writing over one file that a learner changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from workshop import copies, state, words, writing
from workshop.course import Lesson, lessons
from workshop.repository import Change, Entry, Failed, Repository
from workshop.saying import Screen

EXECUTABLE = "100755"
FILES = {"100644", EXECUTABLE}
PARTS = {
    "README.md": "chapter",
    "lesson.toml": "tasks and hints",
    "todo_api": "start",
    "tests/": "start",
    "test_": "checks",
}
"""What of a lesson a path is, by how the path goes on below the lesson's folder."""


@dataclass
class Taken:
    """What happened to the files: those written or removed, and those that stay a learner's."""

    written: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


def update(root: Path, screen: Screen) -> bool:
    """Take what is new, say what happened; whether it could be done.

    The files are written first and git is told last, so what a kill left half done is done when
    the command is given again.
    """
    try:
        repository = Repository(root)
        if repository.busy():
            raise Failed(words.GIT_BUSY)
        name, theirs = repository.fetch()
        mine = repository.line("rev-parse", "HEAD")
        if repository.has(mine, theirs):
            screen.say(words.NEWEST.format(branch=name))
            return True
        new = theirs if repository.has(theirs, mine) else repository.joined(mine, theirs)
        changes = repository.changes(mine, new)
        held = repository.contents(e for change in changes for e in (change.old, change.new))
        taken = take(root, changes, held)
        taken.stays += repository.both_changed(mine, theirs)
        repository.move(mine, new)
    except Failed as failed:
        screen.say(str(failed))
        return False
    say(root, name, taken, changes, screen)
    return True


def take(root: Path, changes: list[Change], held: dict[str, bytes]) -> Taken:
    """Write what is new where the file is still as the course had it. Keeps copies first."""
    taken = Taken()
    coming = []
    for change in changes:
        there = read(root / change.name)
        old, new = held_by(held, change.old), held_by(held, change.new)
        if same(there, new):
            continue
        modes = {entry.mode for entry in (change.old, change.new) if entry}
        if same(there, old) and modes <= FILES and not blocked(root, change.name):
            coming.append((change, there, new))
        else:
            taken.stays.append(change.name)
    keep(root, [change.name for change, _, _ in coming])
    for change, there, new in coming:
        try:
            put(root, change, there, new)
            taken.written.append(change.name)
        except writing.Moved:
            taken.stays.append(change.name)
    return taken


def held_by(held: dict[str, bytes], entry: Entry | None) -> bytes | None:
    return held.get(entry.number) if entry else None


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def same(there: bytes | None, committed: bytes | None) -> bool:
    """Whether a file holds what git has; an editor on Windows may have ended its lines anew."""
    if there is None or committed is None:
        return there is committed
    return there in (committed, committed.replace(b"\n", b"\r\n"))


def blocked(root: Path, name: str) -> bool:
    """Whether a folder stands where a file would go, or a file where its folder would."""
    path = root / name
    above = [folder for folder in path.parents if folder.is_relative_to(root)]
    return path.is_dir() or path.is_symlink() or any(f.exists() and not f.is_dir() for f in above)


def keep(root: Path, coming: list[str]) -> None:
    """Keep a copy of every lesson that a learner has changed."""
    for lesson in lessons(root):
        files = copies.mine(lesson)
        if copies.changed(lesson, files):
            mine = f"lessons/{lesson.name}/{lesson.holds}/"
            written = any(name.startswith(mine) for name in coming)
            copies.keep(lesson, "update" if written else copies.RUN, files)


def put(root: Path, change: Change, there: bytes | None, new: bytes | None) -> None:
    """Write or remove one file. Raises writing.Moved if it was saved meanwhile."""
    path = root / change.name
    if new is None and there is not None:
        writing.remove(path, there)
        with contextlib.suppress(OSError):  # not empty
            for folder in path.parents:
                folder.rmdir()
    elif new is not None:
        writing.overwrite(root, path, new, there)
        old_mode = change.old.mode if change.old else None
        if change.new and change.new.mode != old_mode:
            path.chmod(0o755 if change.new.mode == EXECUTABLE else 0o644)


def say(root: Path, branch: str, taken: Taken, changes: list[Change], screen: Screen) -> None:
    """What came, what stays, and how the lessons that were done fare."""
    count = words.plural(len(taken.written), "file")
    screen.say(words.TAKEN.format(count=count, branch=branch))
    if taken.stays:
        screen.say(words.STAYS)
        for name in taken.stays:
            screen.line(f"  {name}")
    if "pyproject.toml" in taken.written and not words.prefix():
        screen.order("", words.PACKAGES_CHANGED, "workshop doctor")
    remembered = state.load(root)
    for lesson in lessons(root):
        tried = remembered.tried.get(lesson.number)
        parts = changed_in(lesson, [change.name for change in changes])
        if tried and tried.finished and parts:
            screen.line()
            _say_done(lesson, parts, screen)


def changed_in(lesson: Lesson, names: list[str]) -> list[str]:
    """What of a lesson changed, in words."""
    found = set()
    for name in names:
        path = lesson.root / name
        if path.is_relative_to(lesson.solution):
            found.add("reference")
        elif path.is_relative_to(lesson.folder):
            below = path.relative_to(lesson.folder).as_posix()
            found |= {word for start, word in PARTS.items() if below.startswith(start)}
        elif name.startswith("workshop/"):
            found.add("what grades it")
    return sorted(found)


def _say_done(lesson: Lesson, parts: list[str], screen: Screen) -> None:
    """Grade a lesson that was done, in a process of its own: this one runs the older course."""
    screen.say(words.DONE_CHANGED.format(number=lesson.number, parts=", ".join(parts)))
    uv = os.environ.get("UV")
    pytest = shutil.which("pytest", path=sysconfig.get_path("scripts")) or "pytest"
    start = [uv, "run", "pytest"] if uv and words.prefix() else [pytest]
    ran = subprocess.run(
        [*start, f"lessons/{lesson.number}"],
        cwd=lesson.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if ran.returncode == 0:
        screen.item(words.DONE, lesson.number, words.STILL_PASSES)
    else:
        screen.item(words.NOT_YET, lesson.number, words.PASSES_NO_MORE)
        screen.order("", words.WHAT_IS_MISSING, f"{words.prefix()}pytest lessons/{lesson.number}")
