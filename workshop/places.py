"""Where a task stands in what a learner wrote, also where its marks are gone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from workshop import build
from workshop.course import Lesson
from workshop.regions import regions, sources, todo_line

Line = dict[str, Any]
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def begins(
    lesson: Lesson, code: Path, task: str, *, unwritten: bool = False, at: str = ""
) -> Line | None:
    """The mark at which a task begins, in the file `at`, or at which it is still `unwritten`.

    Where no mark is left, the function that the reference's region stands in.
    """
    place = todo_line(code / lesson.holds, task, unwritten=unwritten, at=at)
    if place is not None:
        path, number, mark = place
        return {"file": str(path), "line": number, "source": mark.partition(":")[0]}
    found = [
        line for name, names in homes(lesson, task) for line in named(lesson, code, name, names)
    ]
    file = str(code / lesson.holds / at.partition(":")[0])
    found.sort(key=lambda line: line["file"] != file)
    return found[0] if found else None


def homes(lesson: Lesson, task: str) -> list[tuple[str, list[str]]]:
    """The reference's files with places of a task, and the functions that these stand in."""
    found = []
    for path in sources(lesson.reference):
        source = path.read_text(encoding="utf-8")
        lines = [region.line for region in regions(source, task)]
        names = [name for line in lines if (name := around(source, line))]
        if lines:
            found.append((path.relative_to(lesson.reference).as_posix(), names))
    return found


def around(source: str, line: int) -> str | None:
    """The name of the innermost function or class around a line."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Named)]
    outer = [node for node in nodes if node.lineno <= line <= (node.end_lineno or 0)]
    return max(outer, key=lambda node: node.lineno).name if outer else None


def named(lesson: Lesson, code: Path, name: str, names: list[str]) -> list[Line]:
    """Where functions or classes of these names begin in a learner's file."""
    path = code / lesson.holds / name
    source = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    try:
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Named)]
    except SyntaxError:
        return []
    lines = source.splitlines()
    return [
        {"file": str(path), "line": node.lineno, "source": lines[node.lineno - 1].strip()}
        for node in nodes
        if node.name in names
    ]


def answers(route: Line, lesson: Lesson, code: Path, task: str) -> bool:
    """Whether the function that answered holds a place of the task: what is wrong may be there."""
    path = Path(route["file"])
    source = path.read_text(encoding="utf-8", errors="replace")
    node = function_at(route["line"], source)
    if node is None:
        return False
    if todo_line(code / lesson.holds, task) is None:
        name = path.relative_to(code / lesson.holds).as_posix()
        return any(name == file and node.name in names for file, names in homes(lesson, task))
    places = ((region.line, region.line + len(region.body) + 1) for region in regions(source, task))
    first, last = route["line"], node.end_lineno or node.lineno
    return any(begin <= last and first <= end for begin, end in places)


def function_at(line: int, source: str) -> Named | None:
    """The function whose first decorator, or first line, stands at `line`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == line:
                return node
    return None


def given(file: Path, lesson: Lesson, code: Path, task: str) -> bool:
    """Whether a file is as the lesson gave it, so that what is wrong must be elsewhere."""
    name = file.relative_to(code / lesson.holds).as_posix()
    holds = regions(file.read_text(encoding="utf-8", errors="replace"), task)
    return not holds and build.starter(lesson).get(name) == file.read_bytes()


def half_written(lesson: Lesson, code: Path, task: str, at: str) -> tuple[str, Line] | None:
    """A place that is as it began, of a task that has others which are written.

    Of `task` or, where that has none, of a later one, with that task; the file `at` comes first.
    """
    for number in [one.number for one in lesson.tasks if one.number >= task]:
        began = as_they_began(lesson, code, number)
        began.sort(key=lambda line: line["file"] != str(code / lesson.holds / at))
        if began:
            return number, began[0]
    return None


def as_they_began(lesson: Lesson, code: Path, task: str) -> list[Line]:
    """A task's places that hold what the starter did; none where all do, or marks are gone.

    A place that began empty doesn't count: there nothing may be a right answer.
    """
    began: list[Line] = []
    written = False
    for path in sources(lesson.reference):
        wanted = regions(path.read_text(encoding="utf-8"), task)
        theirs = code / lesson.holds / path.relative_to(lesson.reference)
        source = theirs.read_text(encoding="utf-8", errors="replace") if theirs.exists() else ""
        there = regions(source, task)
        if len(there) != len(wanted):
            return []
        for place, one in zip(there, wanted, strict=True):
            if place.body != one.starts_as:
                written = True
            elif any(one.starts_as):
                mark = place.begin.strip().partition(":")[0]
                began.append({"file": str(theirs), "line": place.line, "source": mark})
    return began if written else []


def untouched(lesson: Lesson, code: Path, task: str) -> bool:
    """Whether every region of a task still holds what the starter held."""
    found = False
    for path in lesson.reference.rglob("*.py"):
        wanted = regions(path.read_text(encoding="utf-8"), task)
        if not wanted:
            continue
        found = True
        theirs = code / lesson.holds / path.relative_to(lesson.reference)
        if not theirs.exists():
            return False
        there = regions(theirs.read_text(encoding="utf-8", errors="replace"), task)
        if [region.body for region in there] != [region.starts_as for region in wanted]:
            return False
    return found
