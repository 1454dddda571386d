"""The marks in a solution's source, and the starter that they make.

    # region 03.2: what to do          # TODO 03.2: what to do
    # | what the starter holds    ->   what the starter holds
    what the solution holds            # end 03.2
    # endregion

Without `# | ` lines the starter raises NotImplementedError("03.2").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BEGIN = re.compile(r"^(?P<indent>[ \t]*)# (?:region|TODO) (?P<task>\d\d\.\d): (?P<what>.*)$")
END = re.compile(r"^[ \t]*# (?:endregion|end \d\d\.\d)$")
STARTS_AS = re.compile(r"^[ \t]*# \|(?: (?P<text>.*))?$")


class Unbalanced(Exception):
    """A region that isn't closed, or closed twice."""


@dataclass(frozen=True)
class Region:
    """A task's place in one file; `line` is its first mark's, counted from 1."""

    task: str
    what: str
    indent: str
    line: int
    begin: str
    body: tuple[str, ...]

    @property
    def starts_as(self) -> tuple[str, ...]:
        """The lines between the marks of the starter."""
        shown = [match["text"] or "" for match in map(STARTS_AS.match, self.body) if match]
        if not shown:
            shown = [f'raise NotImplementedError("{self.task}")']
        return tuple(self.indent + text if text else "" for text in shown)

    @property
    def written(self) -> tuple[str, ...]:
        """The lines between the marks, without those that only the starter gets."""
        return tuple(line for line in self.body if not STARTS_AS.match(line))


def parts(source: str) -> Iterator[str | Region]:
    """A source in order: plain lines, and regions. Raises Unbalanced."""
    open_at: tuple[int, re.Match[str]] | None = None
    body: list[str] = []
    for number, line in enumerate(source.splitlines(), 1):
        begin = BEGIN.match(line)
        if open_at is None:
            if END.match(line):
                raise Unbalanced(f"line {number} ends a region that never began")
            if begin:
                open_at, body = (number, begin), []
            else:
                yield line
        elif begin:
            raise Unbalanced(f"line {number} begins a region inside another")
        elif END.match(line):
            at, match = open_at
            yield Region(match["task"], match["what"], match["indent"], at, match[0], tuple(body))
            open_at = None
        else:
            body.append(line)
    if open_at is not None:
        raise Unbalanced(f"the region at line {open_at[0]} is not closed")


def regions(source: str, task: str | None = None) -> list[Region]:
    """The regions of a source, or of one task; none where its marks are unbalanced."""
    try:
        found = [part for part in parts(source) if isinstance(part, Region)]
    except Unbalanced:
        return []
    return [region for region in found if task in (None, region.task)]


def starter(source: str) -> str:
    """A solution's source as a learner gets it."""
    lines: list[str] = []
    for part in parts(source):
        if isinstance(part, str):
            lines.append(part)
        else:
            lines.append(f"{part.indent}# TODO {part.task}: {part.what}")
            lines.extend(part.starts_as)
            lines.append(f"{part.indent}# end {part.task}")
    return text_of(lines)


def plain(source: str) -> str:
    """A solution's source without its marks."""
    lines: list[str] = []
    for part in parts(source):
        lines.extend([part] if isinstance(part, str) else part.written)
    return text_of(lines)


def solved_up_to(source: str, task: str) -> str:
    """A starter in which the tasks up to `task`, "03.2", are written as the solution has them."""
    lines: list[str] = []
    for part in parts(source):
        if isinstance(part, str):
            lines.append(part)
        else:
            body = part.written if part.task <= task else part.starts_as
            lines.append(f"{part.indent}# TODO {part.task}: {part.what}")
            lines.extend(body)
            lines.append(f"{part.indent}# end {part.task}")
    return text_of(lines)


def text_of(lines: list[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""


def todo_line(
    folder: Path, task: str, *, unwritten: bool = False, at: str = ""
) -> tuple[Path, int, str] | None:
    """Where a task begins in what a learner wrote: file, line, mark; None where no mark is left.

    Of several places an `unwritten` one comes first, where that is asked for; then one in the
    file `at`, or of those the one that "settings.py:2" counts.
    """
    name, _, place = at.partition(":")
    found = [
        (path, region)
        for path in sources(folder)
        for region in regions(path.read_text(encoding="utf-8", errors="replace"), task)
    ]
    here = [one for one in found if one[0] == folder / name]
    first = here[int(place or 1) - 1 :][:1] or here[:1]
    found = [*first, *here, *found]
    if unwritten:
        found.sort(key=lambda one: not any("NotImplementedError" in line for line in one[1].body))
    return next(((path, one.line, one.begin.strip()) for path, one in found), None)


def sources(folder: Path) -> list[Path]:
    """The Python files below a folder, those next to it first."""
    return sorted(folder.rglob("*.py"), key=lambda path: (len(path.parts), path))
