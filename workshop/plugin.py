"""The pytest plugin: `pytest lessons/03` grades a lesson, plain `pytest` proves the course.

What takes long to import is imported in the functions: the first thing that a run does is to let
another process import the frameworks, which takes longest.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workshop import arguments, course, words
from workshop.arguments import Asked
from workshop.births import Lacking
from workshop.hosts import Hosts

if TYPE_CHECKING:
    from workshop.report import Line

ASKED = pytest.StashKey[Asked]()
REFUSED = pytest.StashKey[list["Line"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("workshop", "grading a lesson")
    group.addoption("--code", metavar="DIR", help="grade this folder, which holds a todo_api")
    group.addoption("--solution", action="store_true", help="grade the reference")
    group.addoption("--full", action="store_true", help="every check, and pytest's own report")
    try:
        tempfile.gettempdir()
    except OSError:  # pytest is about to need one, and would end with a traceback
        reason = "none of the usual places can be written; TMPDIR names another"
        raise pytest.UsageError(words.NO_FOLDER.format(reason=reason)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Find the lessons among the arguments; begin to import while pytest goes on."""
    options = early_config.known_args_namespace
    asked = arguments.read(args, options.file_or_dir, Path.cwd())
    early_config.stash[ASKED] = asked
    if not asked.lessons and asked.unknown is None:
        return
    # Beside a folder that it is given pytest looks for tests*/conftest.py: that may be a learner's.
    options.file_or_dir = [str(lesson.checks) for lesson in asked.lessons]
    grades = not (asked.unknown or asked.others or options.collectonly or options.help)
    apps = any(lesson.holds == course.API for lesson in asked.lessons)
    hosts = bear(early_config, options, apps) if grades else None

    from workshop.graded import Trouble
    from workshop.grading import GRADING, Grading
    from workshop.report import Report

    code = shlex.quote(options.code or "")
    more = f" --code={code}" if options.code else " --solution" * options.solution
    report = Report(Path.cwd(), words.prefix(), more)
    if asked.unknown is not None:
        early_config.stash[REFUSED] = report.unknown(asked.unknown, course.lessons())
    elif asked.others:
        sentence = words.NOT_TOGETHER.format(place=asked.others[0])
        alone = f"run the lesson by itself: {report.command(asked.lessons[0])}"
        early_config.stash[REFUSED] = report.trouble(sentence, alone)
    elif isinstance(hosts, Lacking):
        early_config.stash[REFUSED] = report.trouble(str(hosts), words.TROUBLE_NEXT)
    elif grades:
        try:
            early_config.stash[GRADING] = Grading(early_config, asked, report, hosts)
        except Trouble as trouble:
            early_config.stash[REFUSED] = report.trouble(str(trouble), trouble.advice)


def bear(config: pytest.Config, options: argparse.Namespace, apps: bool) -> Hosts | Lacking | None:
    """Hosts for this run, closed whatever becomes of it; None where it has some of another's.

    Where no `apps` are graded, none is born.
    """
    if any(hasattr(plugin, "bench") for plugin in config.pluginmanager.get_plugins()):
        return None
    try:
        hosts = Hosts(bear=apps and not in_debugger(options))
    except Lacking as lacking:
        return lacking
    config.add_cleanup(hosts.close)
    return hosts


def in_debugger(options: argparse.Namespace) -> bool:
    """Whether a keyboard must reach the app, so that it runs in this process."""
    return options.usepdb or sys.gettrace() is not None or "pydevd" in sys.modules


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Say what is wrong with the command, before anything is collected."""
    refused = config.stash.get(REFUSED, None)
    if refused is None:
        return None
    from _pytest._io import TerminalWriter

    from workshop.terminal import write

    writer = TerminalWriter(sys.stdout)
    for line in refused:
        write(writer, line, plain=not words.encodes(sys.stdout))
    return int(pytest.ExitCode.USAGE_ERROR)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.stash[ASKED].lessons:
        return
    from workshop import fixtures
    from workshop.grading import GRADING
    from workshop.terminal import LessonReporter

    grading = config.stash.get(GRADING, None)
    if grading is None:
        return
    config.pluginmanager.register(grading, "workshop-grading")
    config.pluginmanager.register(fixtures, "workshop-fixtures")
    if not config.option.full:
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(LessonReporter(config, grading.lines), "terminalreporter")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Plain `pytest` is the course's own proof: say so, and how a lesson is graded."""
    if config.stash[ASKED].lessons:
        return []
    return [words.THE_PROOF.format(command=f"{words.prefix()}pytest lessons/01")]


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """A lesson's checks bring those of the lessons before it."""
    from workshop.collecting import LessonModule, is_checks

    return LessonModule.from_parent(parent, path=module_path) if is_checks(module_path) else None


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> Any:
    """A check is a function marked with @task, whatever its name."""
    from workshop.checks import marked

    if isinstance(collector, pytest.Module) and marked(obj):
        return list(collector._genfunctions(name, obj))
    return None
