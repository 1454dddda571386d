"""From a check that failed to the facts of its report: got, expected, why, the learner's line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workshop import course, places, words
from workshop.checks import marked, promise_of
from workshop.course import Lesson
from workshop.failure import Failure, fails_to_start
from workshop.hosts import Gone, Refused, Silent
from workshop.seen import Seen, Unmet, in_words
from workshop.stage import NotStarted, Stage

Compared = tuple[str, Any, Any]
"""An operator and its two sides, as pytest saw them."""


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
        fails_to_start(failure, error.told, lesson, code)
        return failure
    if stage is not None:
        _running(failure, error, compared, stage)
    elif isinstance(error, Unmet):
        _unmet(failure, error)
    failure.not_started = failure.not_started or places.untouched(lesson, code, task)
    if failure.not_started:
        failure.line, failure.why, failure.advice = None, why, None
    mark = marked(check)
    at = mark.at if mark else ""
    begins = places.begins(lesson, code, task, unwritten=failure.not_started, at=at)
    if failure.line is None and lesson.holds == course.API and ":" not in at:
        half = places.half_written(lesson, code, task, at)
        if half is not None:
            other, failure.line = half
            failure.why = failure.why if other == task else words.HALF_WRITTEN.format(task=other)
    if failure.line is None:
        failure.line = begins
    elif begins and places.given(Path(failure.line["file"]), lesson, code, task):
        failure.mend = begins["file"]
    return failure


def differs(
    check: Callable[..., Any],
    error: BaseException,
    stage: Stage | None,
    lesson: Lesson,
    code: Path,
) -> Failure:
    """The facts of an app that doesn't answer as the reference does."""
    failure = explain(check, f"{lesson.number}.", error, None, stage, lesson, code)
    last = stage.scene.last if stage is not None else None
    if not failure.starting and last is not None:
        failure.differs = last.asked
        failure.why = words.WHY_DIFFERS.get((failure.got or "").partition(":")[0], failure.why)
    return failure


def _running(
    failure: Failure, error: BaseException, compared: Compared | None, stage: Stage
) -> None:
    """A check that ran on a started app."""
    told = _told(stage)
    failure.shown = stage.scene.shown()
    if isinstance(error, Unmet):
        _unmet(failure, error)
        failure.overdue = not stage.host.alive
    elif isinstance(error, AssertionError) and compared is not None:
        failure.got, failure.expected = difference(*compared)
        failure.why = _own_why(error) or failure.why
        problem = next((s.problem for s in compared[1:] if isinstance(s, Seen) and s.problem), None)
        if problem is not None:
            if problem.why == words.HELD or not _own_why(error):
                failure.why = problem.why or failure.why
            failure.line = problem.line
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
        if route and places.answers(route, stage.lesson, stage.code, failure.task):
            failure.line = route


def _unmet(failure: Failure, error: Unmet) -> None:
    failure.got, failure.expected = error.got, error.expected
    failure.why = error.why or failure.why
    failure.line, failure.advice = error.line, error.advice


def _told(stage: Stage) -> dict[str, Any]:
    try:
        told: dict[str, Any] = stage.host.ask("told", 3.0)
    except (Silent, Gone, Refused):
        return {}
    return told


def _causes(failure: Failure, told: dict[str, Any], asked: str, status: int | None) -> None:
    """A known cause takes the place of the check's why, and gives the line."""
    raised = [one for one in told.get("raised", []) if one["asked"] == asked]
    raised = raised or told.get("raised", [])
    if status is not None and (status != 500 or not (failure.got or "").startswith("status")):
        # The check itself let a commit fail, and expects that; something else is wrong.
        raised = [one for one in raised if "the check lets no commit" not in one["text"]]
    if raised and (status in (500, None) or failure.line is None):
        one = raised[-1]
        if one["unwritten"] == failure.task:
            failure.not_started = True
        said = f"{one['type']}: {one['text']}" if one["text"] else one["type"]
        if status == 500 or status is None:
            seen = "no answer" if status is None else "status 500"
            failure.got = f"{seen}: your code raised {said}"
            if status == 500:
                failure.expected = _beside_a_status(failure.expected)
        elif one["asked"] == "lifespan":
            failure.got = f"your code raised {said} as the app stopped"
        elif one["type"] not in (failure.got or "") and (
            one["asked"] == asked or one["asked"].startswith("websocket ")
        ):
            # On a socket, or after the answer was sent.
            failure.got = f"{failure.got}: your code raised {said}"
        failure.line = one["lines"][-1] if one["lines"] else failure.line
        if one["type"] == "Forked":
            failure.got, failure.why = "your code forked the server's process", words.FORKED
        if one["swallowed"]:
            failure.got, failure.why = words.SWALLOWED_GOT, words.SWALLOWED
    unawaited = [one for one in told.get("warned", []) if one.get("unawaited")]
    if unawaited:  # in a thread Python doesn't keep where
        one = max(unawaited, key=lambda one: bool(one["lines"]))
        failure.why = words.unawaited(one["unawaited"])
        failure.line = one["lines"][-1] if one["lines"] else failure.line
    failure.why = next(filter(None, (words.cause(one["text"]) for one in raised)), failure.why)
    if told.get("breakpoints"):
        failure.got, failure.why = "your code met a breakpoint", words.BREAKPOINT
        failure.expected = _beside_a_status(failure.expected)
        failure.line = told["breakpoints"][0]
        failure.shown = [
            (label, "none" if label.startswith("answer") else text) for label, text in failure.shown
        ]
        failure.advice = words.BREAKPOINT_ADVICE


def _beside_a_status(expected: str | None) -> str:
    """What to expect where an answer was not as far as what the check compares."""
    return expected if expected and expected.startswith("status") else words.ANSWERED


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
        return right.tell(right.value), f"{right.label.rstrip(':')}: with {in_words(left)}"
    if operator == "not in" and isinstance(right, Seen):
        return right.tell(right.value), f"{right.label.rstrip(':')}: without {in_words(left)}"
    if operator == "!=" and isinstance(left, Seen):
        return left.tell(left.value), f"{left.label}: anything else"
    return in_words(left), in_words(right)
