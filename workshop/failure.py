"""The facts of a failed check; of an app that can't be started they are found here."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop import words
from workshop.configured import Refusal
from workshop.course import Lesson
from workshop.seen import Unmet


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
    restore: Path | None = None
    mend: str | None = None
    starting: bool = False
    not_started: bool = False
    overdue: bool = False
    still: bool = False
    differs: str | None = None


def fails_to_start(failure: Failure, told: dict[str, Any], lesson: Lesson, code: Path) -> None:
    """An app that could not be started: no task can be checked."""
    failure.promise = words.STARTS
    failure.starting = True
    failure.why = words.START_FAILS
    if "missing" in told:
        name, file = told["missing"], told["file"]
        failure.got = f'todo_api/{file} has no name "{name}"'
        failure.expected = f'"{name}" in todo_api/{file}'
        failure.why = words.NAMED
        failure.line = _nearest(name, code / "todo_api" / file)
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
        _raised_at_start(failure, told["error"], lesson, code)
    else:
        failure.got = str(told.get("fault", told))
        failure.expected = "an app that starts"


def _raised_at_start(failure: Failure, error: dict[str, Any], lesson: Lesson, code: Path) -> None:
    failure.got = f"{error['type']}: {error['text']}"
    if error["type"] == "ValidationError":  # its first line only counts the others
        failure.got = Refusal(error).first
    failure.line = error["lines"][-1] if error["lines"] else None
    failure.column = error.get("column")
    if failure.line is not None:
        failure.why = words.START_STOPS
    if error["type"] == "Breakpoint":
        failure.got, failure.why = "your code met a breakpoint", words.BREAKPOINT
        failure.advice = words.BREAKPOINT_ADVICE
    elif "column" in error:
        failure.why = words.UNREADABLE
    elif missing := _missing_file(error, lesson, code):
        failure.got = f"the lesson's file todo_api/{missing} is not there"
        failure.why = words.IMPORT_STOPS if failure.line else words.START_FAILS
        failure.restore = lesson.folder / "todo_api" / missing if code == lesson.folder else None
    elif error["type"] in ("ImportError", "ModuleNotFoundError"):
        failure.why = words.CIRCULAR if "circular" in error["text"] else words.IMPORT_STOPS
        failure.got, failure.expected = _import(error)
    elif error["unwritten"]:
        failure.why = words.unwritten(error["unwritten"])
    else:
        known = [
            why for said, why in words.FRAMEWORK_SAYS.items() if error["text"].startswith(said)
        ]
        failure.why = known[0] if known else failure.why


IMPORT = re.compile(r"cannot import name '(\w+)' from (partially initialized module )?'([\w.]+)'")


def _missing_file(error: dict[str, Any], lesson: Lesson, code: Path) -> str | None:
    """The file that an import did not find, below `todo_api`, if the lesson came with it."""
    match = IMPORT.match(error["text"])
    module = f"{match[3]}.{match[1]}" if match else error.get("module") or ""
    path = module.removeprefix("todo_api.").replace(".", "/")
    for file in (f"{path}.py", f"{path}/__init__.py"):
        came = (lesson.solution / "todo_api" / file).is_file()
        if came and not (code / "todo_api" / file).exists():
            return file
    return None


def _nearest(name: str, file: Path) -> dict[str, Any]:
    """The definition in a file that is named most like `name`; else its first line."""
    source = file.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [re.match(r"(?:async def|def|class)\s+(\w+)", line) for line in source]
    near = difflib.get_close_matches(name, [match[1] for match in found if match], 1)
    place = next((i for i, match in enumerate(found) if match and [match[1]] == near), None)
    text = "" if place is None else source[place].strip()
    return {"file": str(file), "line": (place or 0) + 1, "source": text}


def _import(error: dict[str, Any]) -> tuple[str, str | None]:
    """An import that failed, and the nearest name that would have worked."""
    match = IMPORT.match(error["text"])
    if not match:
        return f"{error['type']}: {error['text']}", None
    name, partial, module = match.groups()
    if partial:
        return f'ImportError: {module}, still being imported, has no name "{name}" yet', None
    near = difflib.get_close_matches(name, error["known"], 1)
    expected = f"a name that {module} has"
    if near:
        expected += f'; the nearest is "{near[0]}"'
    return f'ImportError: {module} has no name "{name}"', expected
