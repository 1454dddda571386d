"""Small changes to a solution's source: what makes it wrong, or right in another way."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from workshop import regions


@dataclass(frozen=True)
class Change:
    """One change to one file of a solution."""

    file: str
    task: str | None = None
    code: str = ""
    imports: str = ""
    place: int = 1
    old: str | None = None
    new: str = ""


class Inapplicable(Exception):
    """A change that doesn't fit the solution."""


def apply(change: Change, source: str) -> str:
    """`source` with one change. Raises Inapplicable."""
    if change.old is not None:
        if source.count(change.old) != 1:
            times = source.count(change.old)
            raise Inapplicable(f"{change.file} has this {times} times, not once: {change.old}")
        source = source.replace(change.old, change.new)
    elif change.task is not None:
        source = _replace_region(change, source)
    if change.imports:
        lines = source.splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith(("import ", "from ")))
        lines[first:first] = change.imports.strip().splitlines()
        source = regions.text_of(lines)
    return source


def _replace_region(change: Change, source: str) -> str:
    lines: list[str] = []
    place = 0
    for part in regions.parts(source):
        if isinstance(part, str):
            lines.append(part)
            continue
        place += part.task == change.task
        mine = part.task == change.task and place == change.place
        code = textwrap.indent(textwrap.dedent(change.code.strip("\n")), part.indent).splitlines()
        lines.append(part.begin)
        lines.extend(code if mine else part.body)
        lines.append(f"{part.indent}# end {part.task}")
    if place < change.place:
        raise Inapplicable(f"{change.file} has no region {change.place} of task {change.task}")
    return regions.text_of(lines)
