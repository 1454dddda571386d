"""The pytest plugin: `pytest lessons/03` grades a lesson, plain `pytest` proves the course."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from _pytest._io import TerminalWriter

from workshop import arguments, course, words
from workshop.arguments import Asked
from workshop.checks import marked
from workshop.collecting import LessonModule, is_checks
from workshop.grading import GRADING, Grading, Trouble
from workshop.report import Line, Report
from workshop.terminal import LessonReporter, encodes, write

ASKED = pytest.StashKey[Asked]()
REFUSED = pytest.StashKey[list[Line]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("workshop", "grading a lesson")
    group.addoption("--code", metavar="DIR", help="grade this folder, which holds a todo_api")
    group.addoption("--solution", action="store_true", help="grade the reference")
    group.addoption("--full", action="store_true", help="every check, and pytest's own report")


def prefix() -> str:
    """What comes before a command so that it works as this one did."""
    return "uv run " if os.environ.get("UV_RUN_RECURSION_DEPTH") else ""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Find the lessons among the arguments; begin to import while pytest goes on."""
    options = early_config.known_args_namespace
    asked = arguments.read(args, options.file_or_dir, Path.cwd())
    early_config.stash[ASKED] = asked
    code = shlex.quote(options.code or "")
    more = f" --code={code}" if options.code else " --solution" * options.solution
    report = Report(Path.cwd(), prefix(), more)
    if asked.unknown is not None:
        early_config.stash[REFUSED] = report.unknown(asked.unknown, course.lessons())
    elif asked.lessons and asked.others:
        sentence = words.NOT_TOGETHER.format(place=asked.others[0])
        alone = f"run the lesson by itself: {report.command(asked.lessons[0])}"
        early_config.stash[REFUSED] = report.trouble(sentence, alone)
    elif asked.lessons and not (options.collectonly or options.help):
        try:
            early_config.stash[GRADING] = Grading(early_config, asked, report)
        except Trouble as trouble:
            early_config.stash[REFUSED] = report.trouble(str(trouble), trouble.advice)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Say what is wrong with the command, before anything is collected."""
    refused = config.stash.get(REFUSED, None)
    if refused is None:
        return None
    writer = TerminalWriter(sys.stdout)
    for line in refused:
        write(writer, line, plain=not encodes(sys.stdout))
    return int(pytest.ExitCode.USAGE_ERROR)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    grading = config.stash.get(GRADING, None)
    if grading is None:
        return
    from workshop import fixtures

    config.pluginmanager.register(grading, "workshop-grading")
    config.pluginmanager.register(fixtures, "workshop-fixtures")
    if not config.option.full:
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(LessonReporter(config, grading.lines), "terminalreporter")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Plain `pytest` is the course's own proof: say so, and how a lesson is graded."""
    if config.stash[ASKED].lessons:
        return []
    return [words.THE_PROOF.format(command=f"{prefix()}pytest lessons/01")]


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """A lesson's checks bring those of the lessons before it."""
    return LessonModule.from_parent(parent, path=module_path) if is_checks(module_path) else None


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> Any:
    """A check is a function marked with @task, whatever its name."""
    if isinstance(collector, pytest.Module) and marked(obj):
        return list(collector._genfunctions(name, obj))
    return None
