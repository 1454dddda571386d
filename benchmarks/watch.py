"""From a save to the verdict of `workshop watch`, beside a cold run: medians of 20.

    python benchmarks/watch.py 01 02

For lesson 01 a verdict takes at most 0.35 of a cold run; for any other at most 0.3 s more than its
checks. Each is measured on the starter, half done, and done.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from workshop.bench import Bench
from workshop.course import Lesson, find
from workshop.hosts import Hosts
from workshop.rehearsal import Rehearsal
from workshop.shared import SharedBench

TIMES = 20


class Watched:
    """`workshop watch` in a copy of the course, and a file that is saved."""

    def __init__(self, rehearsal: Rehearsal, lesson: Lesson) -> None:
        self.file = lesson.folder / "todo_api" / "main.py"
        self.process = rehearsal.begin(f"workshop watch {lesson.number}")
        self.count = 0
        self.verdict()

    def verdict(self) -> list[str]:
        """The lines up to the one that says what comes next."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if line.startswith("next "):
                return lines
        raise RuntimeError("it ended:\n" + "\n".join(lines))

    def save(self) -> list[str]:
        self.count += 1
        source = self.file.read_bytes().partition(b"# save ")[0]
        self.file.write_bytes(source + b"# save %d\n" % self.count)
        return self.verdict()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Durations:
    """Adds up what the checks of a session take by themselves."""

    def __init__(self) -> None:
        self.total = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.total += report.duration


def own_time(lesson: Lesson, bench: Bench) -> float:
    """What a lesson's checks take on a warm host, without all that is around them."""
    durations, shared = Durations(), SharedBench(bench, remembers=True)
    here = find(lesson.number)
    assert here is not None
    arguments = [str(here.folder), f"--code={lesson.folder}", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(arguments, plugins=[shared, durations])
    return durations.total


def timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def measure(rehearsal: Rehearsal, number: str, times: int = TIMES) -> bool:
    """Print a lesson's medians; whether they keep the promise."""
    lesson = find(number, rehearsal.folder)
    assert lesson is not None
    kept = True
    places = {"starter": 0, "half done": len(lesson.tasks) // 2, "done": len(lesson.tasks)}
    for name, place in places.items():
        rehearsal.reset(f"{number}.{place}", lesson=lesson)
        watched = Watched(rehearsal, lesson)
        try:
            saves, colds = [], []
            for _ in range(times):  # in turn, so that a busy machine is busy for both
                saves.append(timed(watched.save))
                colds.append(timed(lambda: rehearsal.run(f"pytest lessons/{number}")))
        finally:
            watched.close()
        hosts = Hosts()
        bench = Bench(hosts)
        try:
            own = median(own_time(lesson, bench) for _ in range(5))
        finally:
            bench.close()
            hosts.close()
        save, cold = median(saves), median(colds)
        promise = save <= 0.35 * cold or (number != "01" and save <= own + 0.3)
        kept = kept and promise
        print(  # noqa: T201
            f"lesson {number}, {name}: save to verdict {save:.2f} s, cold run {cold:.2f} s, "
            f"ratio {save / cold:.2f}, checks alone {own:.2f} s: "
            f"{'kept' if promise else 'broken'}",
            flush=True,
        )
    return kept


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rehearsal = Rehearsal(Path(folder) / "course")
        results = [measure(rehearsal, number) for number in sys.argv[1:] or ["01"]]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
