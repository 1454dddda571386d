"""From a check that failed to the facts of its report: got, expected, why, the learner's line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop import words
from workshop.checks import promise_of
from workshop.course import Lesson
from workshop.hosts import Gone, Refused, Silent
from workshop.regions import regions, todo_line
from workshop.seen import Seen, Unmet, in_words
from workshop.stage import NotStarted, Stage

Compared = tuple[str, Any, Any]
"""An operator and its two sides, as pytest saw them."""


@dataclass
class Failure:
    """All that the report says of one check, and how to say what comes next."""

    check: str
    task: str
    promise: str
    why: str
    shown: list[tuple[str, str]] = field(default_factory=list)
    got: str | None = None
    expected: str | None = None
    line: dict[str, Any] | None = None
    column: int | None = None
    printed: list[str] = field(default_factory=list)
    advice: str | None = None
    starting: bool = False
    not_started: bool = False
    overdue: bool = False
    still: bool = False


def explain(
    check: Callable[..., Any],
    task: str,
    error: BaseException,
    compared: Compared | None,
    stage: Stage | None,
    lesson: Lesson,
    code: Path,
) -> Failure:
    """The facts of a failed check. `compared` is the comparison that failed, if one did."""
    promise, why = promise_of(check)
    failure = Failure(check.__name__, task, promise, why)
    if stage is not None:
        failure.printed = stage.host.printed()
    if isinstance(error, NotStarted):
        _starting(failure, error.told, code)
    elif stage is not None:
        _running(failure, error, compared, stage)
    failure.not_started = failure.not_started or (
        not failure.starting and untouched(lesson, code, task)
    )
    if failure.not_started:
        failure.line = None
    if failure.line is None:
        failure.line = _begins(code, task)
    return failure


def _running(
    failure: Failure, error: BaseException, compared: Compared | None, stage: Stage
) -> None:
    """A check that ran on a started app."""
    told = _told(stage)
    failure.shown = stage.scene.shown()
    if isinstance(error, Unmet):
        failure.got, failure.expected = error.got, error.expected
        failure.why = error.why or failure.why
        failure.line = error.line
        failure.overdue = not stage.host.alive
    elif isinstance(error, AssertionError) and compared is not None:
        failure.got, failure.expected = difference(*compared)
        failure.why = _own_why(error) or failure.why
        problem = next((s.problem for s in compared[1:] if isinstance(s, Seen) and s.problem), None)
        if problem is not None:
            failure.why, failure.line = problem.why or failure.why, problem.line
            failure.overdue = True
    elif isinstance(error, AssertionError):
        failure.got, failure.expected = "something else", failure.promise
        failure.why = _own_why(error) or failure.why
    else:
        text = words.shorten(f"{type(error).__name__}: {error}", 60)
        failure.got, failure.expected = f"the check could not go on: {text}", failure.promise
    last = stage.scene.last
    asked = last.asked if last else ""
    _causes(failure, told, asked, last.status if last else None)
    if failure.line is None and failure.task:
        route = told.get("routes", {}).get(asked)
        if route and (_holds(route["file"], failure.task) or not _begins(stage.code, failure.task)):
            failure.line = route


def _holds(file: str, task: str) -> bool:
    return bool(regions(Path(file).read_text(encoding="utf-8", errors="replace"), task))


def _told(stage: Stage) -> dict[str, Any]:
    try:
        told: dict[str, Any] = stage.host.ask("told", 1.0)
    except (Silent, Gone, Refused):
        return {}
    return told


def _causes(failure: Failure, told: dict[str, Any], asked: str, status: int | None) -> None:
    """A known cause takes the place of the check's why, and gives the line."""
    raised = [one for one in told.get("raised", []) if one["asked"] == asked]
    raised = raised or told.get("raised", [])
    if raised and (status in (500, None) or failure.line is None):
        one = raised[-1]
        if one["unwritten"] == failure.task:
            failure.not_started = True
        said = f"{one['type']}: {one['text']}" if one["text"] else one["type"]
        if status == 500 or status is None:
            failure.got = words.shorten(f"status 500: your code raised {said}", 87)
        failure.line = one["lines"][-1] if one["lines"] else failure.line
        if one["type"] == "Forked":
            failure.got, failure.why = "your code forked the server's process", words.FORKED
    unawaited = [one for one in told.get("warned", []) if one.get("unawaited") and one["lines"]]
    if unawaited:
        failure.why = words.unawaited(unawaited[0]["unawaited"])
        failure.line = unawaited[0]["lines"][-1]
    if told.get("breakpoints"):
        failure.got, failure.why = "your code met a breakpoint", words.BREAKPOINT
        failure.line = told["breakpoints"][0]
        failure.shown = [
            (label, "none" if label.startswith("answer") else text) for label, text in failure.shown
        ]
        failure.advice = words.BREAKPOINT_ADVICE


def _own_why(error: AssertionError) -> str | None:
    """The message of `assert …, "message"`."""
    text = str(error).partition("\nassert ")[0]
    return None if text.startswith("assert ") or not text else " ".join(text.split())


def difference(operator: str, left: Any, right: Any) -> tuple[str, str]:
    """Got and expected of a comparison, in words."""
    if operator == "==":
        if isinstance(left, Seen):
            return left.difference(right)
        if isinstance(right, Seen):
            return right.difference(left)
    if operator == "in" and isinstance(right, Seen):
        return right.tell(right.value), f"{right.label}: with {in_words(left)}"
    if operator == "not in" and isinstance(right, Seen):
        return right.tell(right.value), f"{right.label}: without {in_words(left)}"
    if operator == "!=" and isinstance(left, Seen):
        return left.tell(left.value), f"{left.label}: anything else"
    return in_words(left), in_words(right)


def _starting(failure: Failure, told: dict[str, Any], code: Path) -> None:
    """An app that could not be started: no task can be checked."""
    failure.promise = words.STARTS
    failure.starting = True
    failure.why = words.START_STOPS
    if "missing" in told:
        name, file = told["missing"], told["file"]
        failure.got = f'todo_api/{file} has no name "{name}"'
        failure.expected = f'"{name}" in todo_api/{file}'
        failure.why = words.NAMED
        failure.line = {"file": str(code / "todo_api" / file), "line": 1, "source": ""}
        failure.advice = words.name_it(name, file)
    elif told.get("stage") == "silent":
        failure.got, failure.expected = "the app does not start", "an app that starts"
        failure.line = told["line"]
        failure.overdue = True
        if told["line"] is not None:
            failure.why = words.START_HELD
    elif told.get("stage") == "gone":
        unmet: Unmet = told["unmet"]
        failure.got, failure.expected = unmet.got, "an app that starts"
        failure.why, failure.line = unmet.why or failure.why, unmet.line
    elif "error" in told:
        _raised_at_start(failure, told["error"])
    else:
        failure.got = words.shorten(str(told.get("fault", told)), 87)
        failure.expected = "an app that starts"


def _raised_at_start(failure: Failure, error: dict[str, Any]) -> None:
    said = f"{error['type']}: {error['text']}"
    failure.line = error["lines"][-1] if error["lines"] else None
    failure.column = error.get("column")
    if "column" in error:
        failure.why = words.UNREADABLE
    elif error["type"] in ("ImportError", "ModuleNotFoundError"):
        failure.why = words.IMPORT_STOPS
        said, failure.expected = _import(error)
    elif error["unwritten"]:
        failure.why = words.unwritten(error["unwritten"])
    failure.got = words.shorten(said, 87)


def _import(error: dict[str, Any]) -> tuple[str, str | None]:
    """An import that failed, and the nearest name that would have worked."""
    match = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", error["text"])
    if not match:
        return f"{error['type']}: {error['text']}", None
    name, module = match.groups()
    near = difflib.get_close_matches(name, error["known"], 1)
    expected = f"a name that {module} has"
    if near:
        expected += f'; the nearest is "{near[0]}"'
    return f'ImportError: {module} has no name "{name}"', expected


def untouched(lesson: Lesson, code: Path, task: str) -> bool:
    """Whether every region of a task still holds what the starter held."""
    found = False
    for path in (lesson.solution / "todo_api").rglob("*.py"):
        wanted = regions(path.read_text(encoding="utf-8"), task)
        if not wanted:
            continue
        found = True
        theirs = code / "todo_api" / path.relative_to(lesson.solution / "todo_api")
        if not theirs.exists():
            return False
        there = regions(theirs.read_text(encoding="utf-8", errors="replace"), task)
        if [region.body for region in there] != [region.starts_as for region in wanted]:
            return False
    return found


def _begins(code: Path, task: str) -> dict[str, Any] | None:
    """The mark at which a task begins."""
    place = todo_line(code, task)
    if place is None:
        return None
    path, number, mark = place
    return {"file": str(path), "line": number, "source": mark.partition(":")[0]}
