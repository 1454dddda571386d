"""Kept copies of what a learner wrote: `.workshop/files/` and `.workshop/copies/NN/`.

A file lies under the SHA-256 of what is in it; a copy is a list of names and such numbers, written
once all its files are. So what is in the list is whole, and nothing here is ever written anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workshop import build, state, words, writing
from workshop.build import CACHES, Files
from workshop.course import Lesson, lessons

FORMAT = 1
DATABASES = (".db", ".db-journal", ".db-wal", ".db-shm")
RUN = "run"
"""Why a copy is kept, where no command is about to write over the files."""


PATIENCE = 10
"""How often a file may be saved while it is being written over, before that is given up."""


class Lost(Exception):
    """A kept file is gone, or isn't what was kept: someone changed `.workshop/files/`."""


@dataclass(frozen=True)
class Copy:
    """A lesson's files at one time; `why` is RUN, or the command before which they were kept.

    `name`, such as "03-7", says which copy of the lesson it is. `files` maps names below the
    lesson's folder to what `.workshop/files/` holds.
    """

    lesson: Lesson
    name: str
    when: str
    why: str
    files: dict[str, str]

    @property
    def on(self) -> str:
        """When it was kept, as the clock on the wall had it."""
        when = datetime.fromisoformat(self.when).astimezone()
        return when.strftime("%Y-%m-%d %H:%M:%S")


def number_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest(files: Files) -> str:
    """One number for several files."""
    return number_of(json.dumps(numbered(files), sort_keys=True).encode())


def mine(lesson: Lesson) -> Files:
    """All that a learner has in a lesson, caches and databases left out."""
    return {
        path.relative_to(lesson.folder).as_posix(): path.read_bytes()
        for path in sorted(lesson.work.rglob("*"))
        if path.is_file()
        and CACHES.isdisjoint(path.relative_to(lesson.folder).parts)
        and not path.name.endswith(DATABASES)
    }


def given(lesson: Lesson) -> Files:
    """What a lesson starts with, named as in `mine`."""
    return {f"{lesson.holds}/{name}": content for name, content in build.starter(lesson).items()}


def changed(lesson: Lesson, there: Files) -> list[str]:
    """Those of the learner's files that aren't the starter's, nor what `workshop build` wrote."""
    starter = given(lesson)
    if there == starter:
        return []
    built = state.load(lesson.root).built.get(lesson.number, {})
    written = [
        name
        for name, content in there.items()
        if content != starter.get(name) and number_of(content) != built.get(name)
    ]
    missing = [name for name in built or starter if name in starter and name not in there]
    return sorted(written + missing)


def numbered(files: Files) -> dict[str, str]:
    return {name: number_of(content) for name, content in files.items()}


def _file(root: Path, number: str) -> Path:
    return root / ".workshop" / "files" / number


def _folder(lesson: Lesson) -> Path:
    return lesson.root / ".workshop" / "copies" / lesson.number


def keep(lesson: Lesson, why: str, files: Files) -> Copy:
    """Keep a copy of a learner's files. Raises OSError or Newer.

    The one before serves where a run finds just its files again.
    """
    earlier = _manifests(lesson)
    numbers = numbered(files)
    if earlier:
        last = _read(lesson, len(earlier), earlier[-1])
        if last.files == numbers and why == RUN:
            return last
    for name, content in files.items():
        file = _file(lesson.root, numbers[name])
        if not file.exists() or file.read_bytes() != content:
            writing.write(lesson.root, file, content)
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    told: dict[str, Any] = {"format": FORMAT, "when": when, "why": why, "files": numbers}
    text = (json.dumps(told, indent=2) + "\n").encode()
    # Two at once may take one number; what follows it keeps them apart.
    file = _folder(lesson) / f"{len(earlier) + 1:06}-{number_of(text)[:12]}.json"
    writing.write(lesson.root, file, text)
    return _read(lesson, _manifests(lesson).index(file) + 1, file)


def _manifests(lesson: Lesson) -> list[Path]:
    return sorted(_folder(lesson).glob("*.json"))


def _read(lesson: Lesson, place: int, file: Path) -> Copy:
    told = json.loads(file.read_text(encoding="utf-8"))
    if told["format"] > FORMAT:
        raise state.Newer(str(file))
    return Copy(lesson, f"{lesson.number}-{place}", told["when"], told["why"], told["files"])


def kept(lesson: Lesson) -> list[Copy]:
    """A lesson's copies, the newest last. Raises Newer."""
    return [_read(lesson, place, file) for place, file in enumerate(_manifests(lesson), 1)]


def find(root: Path, name: str) -> Copy | None:
    """The copy called "03-7". Raises Newer."""
    copies = (copy for lesson in lessons(root) for copy in kept(lesson))
    return next((copy for copy in copies if copy.name == name), None)


def contents(copy: Copy) -> Files:
    """The files of a copy. Raises Lost."""
    files = {}
    for name, number in copy.files.items():
        try:
            files[name] = _file(copy.lesson.root, number).read_bytes()
        except OSError:
            raise Lost(name) from None
        if number_of(files[name]) != number:
            raise Lost(name)
    return files


def put(lesson: Lesson, wanted: Files, why: str) -> Copy:
    """Make the learner's files `wanted`, after what is there is kept. Returns what was kept.

    What an editor saves meanwhile is kept too. Raises OSError or Newer.
    """
    there = before = mine(lesson)
    for _ in range(PATIENCE):
        copy = keep(lesson, why, before)
        try:
            write(lesson, there, wanted)
            return copy
        except writing.Moved as moved:
            file = str(moved)
            there = mine(lesson)
            before = _as_it_was(before, there, wanted)
    raise OSError(words.MOVED.format(file=file))


def write(lesson: Lesson, there: Files, wanted: Files) -> None:
    """Make the learner's files `wanted` instead of `there`. Raises writing.Moved, or OSError."""
    for name, content in wanted.items():
        if there.get(name) != content:
            writing.overwrite(lesson.root, lesson.folder / name, content, there.get(name))
    for name in there.keys() - wanted.keys():
        writing.remove(lesson.folder / name, there[name])


def _as_it_was(before: Files, there: Files, wanted: Files) -> Files:
    """The files as if none had been written over: what is there, but for what is as wanted."""
    names = before.keys() | there.keys()
    done = {name for name in names if there.get(name) == wanted.get(name)}
    return {
        name: content
        for name in sorted(names)
        if (content := before.get(name) if name in done else there.get(name)) is not None
    }
