"""Run a lesson's checks on every save, on hosts that stay warm."""

from __future__ import annotations

from pathlib import Path

import pytest
from watchfiles import Change, DefaultFilter
from watchfiles import watch as saves_in

from workshop import words
from workshop.bench import Bench
from workshop.copies import DATABASES
from workshop.course import Lesson
from workshop.hosts import Hosts
from workshop.saying import Screen, place
from workshop.shared import SharedBench

QUIET = 30
"""Milliseconds without a further save after which the checks begin."""

FIRST = 100
"""Milliseconds without a save after which they run the first time."""


class Sources(DefaultFilter):
    """What is written in a `todo_api`, editors' own files and databases left out."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __call__(self, change: Change, path: str) -> bool:
        mine = Path(path).is_relative_to(self.folder) and not path.endswith(DATABASES)
        return mine and super().__call__(change, path)


def watch(lesson: Lesson, screen: Screen) -> None:
    """Run the checks, then again on each save, until Ctrl-C. Raises OSError if nothing can run."""
    hosts = Hosts()
    bench = Bench(hosts, ahead=True)
    folder = lesson.work
    # It listens from here on, so what is saved during a run is seen after it.
    saves = saves_in(
        lesson.folder,
        watch_filter=Sources(folder),
        step=QUIET,
        rust_timeout=FIRST,
        yield_on_timeout=True,
    )
    graded = False
    try:
        for changes in saves:
            if changes:
                names = sorted({place(Path(path)) for _, path in changes})
                screen.say(words.SAVED.format(files=", ".join(names)))
            elif graded:
                continue
            if grade(lesson, bench) == pytest.ExitCode.INTERRUPTED:
                break
            screen.line()
            if not graded:
                screen.say(words.WATCHING.format(folder=place(folder)))
            graded = True
    except KeyboardInterrupt:
        pass
    finally:
        bench.close()
        hosts.close()
    screen.line()
    screen.say(words.STOPPED_WATCHING)


def grade(lesson: Lesson, bench: Bench) -> int:
    """One run, as `pytest lessons/NN`; its exit code."""
    configuration = ["-c", str(lesson.root / "pyproject.toml"), "--rootdir", str(lesson.root)]
    # Of a failure only its report is shown, so a traceback needn't be made readable.
    arguments = [str(lesson.folder), "-p", "no:cacheprovider", "--tb=native"]
    shared = SharedBench(bench, remembers=True)
    return int(pytest.main([*configuration, *arguments], plugins=[shared]))
