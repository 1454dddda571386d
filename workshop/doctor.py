"""What may keep the course from running here, and what to do about each."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from workshop import copies, processes, serve, state, words, writing
from workshop.bench import Bench
from workshop.course import lessons
from workshop.hosts import Hosts
from workshop.saying import Screen, place

OLDEST = (3, 11)
PORT = 8000


@dataclass
class Finding:
    """What was looked at, what was found, and what to do if that won't do."""

    what: str
    found: str
    do: str = ""
    command: str = ""

    @property
    def fine(self) -> bool:
        return not (self.do or self.command)


def look(root: Path, screen: Screen) -> bool:
    """Say what was found; whether all of it is fine."""
    every = True
    for finding in findings(root):
        every = every and finding.fine
        verdict = words.FINE if finding.fine else words.MEND
        screen.item(verdict, "", f"{finding.what}: {finding.found}")
        if finding.command:
            screen.order("  do", finding.do, finding.command)
        elif finding.do:
            screen.say(finding.do, "  do")
    screen.line()
    screen.say(words.HEALTHY if every else words.NOT_HEALTHY)
    return every


def findings(root: Path) -> Iterator[Finding]:
    yield python()
    yield environment(root)
    yield packages(root)
    yield writing_here(root)
    yield kept(root)
    yield host()
    yield port()
    yield console()
    yield editor(root)
    yield git(root)
    yield leftovers()


def python() -> Finding:
    if sys.version_info < OLDEST:
        return Finding("Python", platform.python_version(), words.NEWER_PYTHON)
    return Finding("Python", platform.python_version())


def environment(root: Path) -> Finding:
    """Whether this runs in the environment that `uv run` makes."""
    own = root / ".venv"
    if own.exists() and Path(sys.prefix).resolve() != own.resolve():
        return Finding("environment", sys.prefix, words.OTHER_PYTHON, "uv run workshop doctor")
    return Finding("environment", place(Path(sys.prefix)))


def packages(root: Path) -> Finding:
    """Whether what is installed is what is pinned."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    pins = dict(line.split("==") for line in project["tool"]["uv"]["constraint-dependencies"])
    needed = {re.split(r"[^\w-]", line)[0] for line in project["project"]["dependencies"]}
    wrong = [
        f"{name} {found or 'missing'} instead of {pin}"
        for name, pin in sorted(pins.items())
        if (found := installed(name)) != pin and (found or name in needed)
    ]
    if wrong:
        return Finding("packages", ", ".join(wrong), words.SYNC, "uv sync --inexact")
    return Finding("packages", words.AS_PINNED)


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def writing_here(root: Path) -> Finding:
    """Whether files can be written where the course writes them."""
    file = root / ".workshop" / "doctor"
    try:
        writing.write(root, file, b"a file that can be removed\n")
        file.unlink()
    except OSError as error:
        found = f"{place(file.parent)}: {error.strerror}"
        return Finding("write access", found, words.LET_WRITE)
    for lesson in lessons(root):
        folder = lesson.work
        if not os.access(folder, os.W_OK):
            return Finding("write access", f"{place(folder)}: no", words.LET_WRITE)
    return Finding("write access", words.CAN_WRITE)


def kept(root: Path) -> Finding:
    """Whether every kept copy can be brought back, and the state be read."""
    count = 0
    try:
        state.load(root)
        for lesson in lessons(root):
            for copy in copies.kept(lesson):
                copies.contents(copy)
                count += 1
    except copies.Lost as lost:
        found = words.LOST.format(file=lost, name=copy.name)
        return Finding("copies", found, words.COPY_LOST)
    except state.Newer as newer:
        return Finding("copies", f"{newer}", words.TAKE_NEWER, f"{words.prefix()}workshop update")
    return Finding("copies", f"{count} kept, all can be brought back")


def host() -> Finding:
    """Whether an app's process can be started and asked over a local connection."""
    what = "app's process"
    try:
        hosts = Hosts()
        bench = Bench(hosts)
        try:
            bench.ready().ask("where", 10)
        finally:
            bench.close()
            hosts.close()
    except Exception as error:
        return Finding(what, f"{type(error).__name__}: {error}", words.LET_CONNECT)
    return Finding(what, words.STARTS_AND_ANSWERS)


def port() -> Finding:
    """Whether `workshop serve` can have its port; another will do as well."""
    what = f"port {PORT}"
    if serve.try_port(PORT) is None:
        return Finding(what, words.FREE)
    process = processes.holder(PORT)
    who = f"process {process.number}, {process.command}" if process else words.ANOTHER
    taken = words.shorten(f"taken, by {who}", words.ROOM)
    command = f"{words.prefix()}workshop serve 01 --port {PORT + 1}"
    return Finding(what, taken, words.OTHER_PORT, command)


def console() -> Finding:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    if words.encodes(sys.stdout):
        return Finding("console", f"{encoding}, all signs can be written")
    return Finding("console", f"{encoding}, so signs are written in ASCII")


def editor(root: Path) -> Finding:
    """Whether VS Code is told of another Python than the course's own; untold it finds that."""
    file = root / ".vscode" / "settings.json"
    try:
        told = file.read_text(encoding="utf-8")
    except OSError:
        return Finding("editor", words.EDITOR_FINDS)
    # The file may hold comments, which JSON doesn't know.
    match = re.search(r'"python\.(?:defaultInterpreterPath|pythonPath)"\s*:\s*("[^"\n]*")', told)
    if match is None:
        return Finding("editor", words.EDITOR_FINDS)
    named = json.loads(match[1]).replace("${workspaceFolder}", str(root))
    chosen = Path(root, named).absolute()
    if chosen.exists() and chosen.is_relative_to(Path(sys.prefix).absolute()):
        return Finding("editor", named)
    return Finding("editor", f"{place(file)} names {named}", words.EDITOR_CHOOSE, sys.executable)


def git(root: Path) -> Finding:
    if shutil.which("git") is None:
        return Finding("git", words.NO_GIT, words.INSTALL_GIT)
    if not (root / ".git").exists():
        return Finding("git", words.NO_CLONE)
    return Finding("git", words.A_CLONE)


def leftovers() -> Finding:
    """Whether an app's process outlived the run that started it."""
    what = "left behind"
    found = processes.left_behind()
    if not found:
        return Finding(what, words.NO_PROCESS)
    numbers = " ".join(str(process.number) for process in found)
    stop = "taskkill /F /PID" if sys.platform == "win32" else "kill"
    return Finding(what, words.LEFT.format(count=len(found)), words.END_THEM, f"{stop} {numbers}")
