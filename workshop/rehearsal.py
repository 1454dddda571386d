"""The course's commands, run in a copy of it as a learner in a terminal runs them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from workshop import build, pages
from workshop.changes import Change, apply
from workshop.course import ROOT, Lesson, lessons

# What would make a command here another than a learner's: colours, options, who started it.
STEERING = (
    "UV_",
    "PYTEST_",
    "TODO_",
    "PY_COLORS",
    "FORCE_COLOR",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
)


Variables = Mapping[str, str]


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote to its two outputs."""

    status: int
    printed: str
    complained: str


class Rehearsal:
    """A copy of the course in `folder`, which doesn't exist yet."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        pages.copy(ROOT, folder)
        self.folder = folder
        self.lesson = lessons(folder)[0]

    def reset(
        self, done: str, changes: Iterable[Change] = (), lesson: Lesson | None = None
    ) -> None:
        """What a lesson holds, with the tasks up to `done`, "01.2", solved; then changed."""
        lesson = lesson or self.lesson
        files = build.solved_up_to(lesson, done)
        for change in changes:
            files[change.file] = apply(change, files.get(change.file, b"").decode()).encode()
        shutil.rmtree(lesson.work, ignore_errors=True)
        build.write(files, lesson.folder, lesson.holds)

    def command(self, command: str) -> list[str]:
        """The installed command itself: `python -m pytest` would put the folder on the path."""
        program, *arguments = shlex.split(command)
        if program == "python":
            return [sys.executable, *arguments]
        return [shutil.which(program, path=sysconfig.get_path("scripts")) or program, *arguments]

    def environment(self, variables: Variables = MappingProxyType({})) -> dict[str, str]:
        """The environment of a command, in which Python finds this copy's workshop."""
        kept = {name: v for name, v in os.environ.items() if not name.startswith(STEERING)}
        kept |= {"PYTHONPATH": str(self.folder), "PYTHONIOENCODING": "utf-8"}
        return {**kept, **variables}

    def begin(
        self, command: str, within: str = ".", variables: Variables = MappingProxyType({})
    ) -> subprocess.Popen[str]:
        """Start a command in a folder of the copy, in a process group of its own."""
        return subprocess.Popen(
            self.command(command),
            cwd=self.folder / within,
            env=self.environment(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(
        self,
        command: str,
        within: str = ".",
        variables: Variables = MappingProxyType({}),
        seconds: float = 60,
    ) -> Ran:
        """Run a command to its end. Raises subprocess.TimeoutExpired."""
        with self.begin(command, within, variables) as process:
            try:
                printed, complained = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Ran(process.returncode, printed, complained)
