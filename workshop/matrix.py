"""What a learner's tests notice, as lines and as a picture: tests by bugs."""

from __future__ import annotations

from collections.abc import Iterator

from workshop import judging, words
from workshop.apis import SHOWN
from workshop.suites import Suite, shown
from workshop.verdicts import name_of

COLUMN = 48
"""Columns for one test: two stand side by side."""


def notices(suite: Suite) -> list[str]:
    """What a learner should know of the tests themselves, once they are looked at for bugs."""
    if not suite.looked_for_bugs:
        return []
    found = [_aside(suite, function, words.ROOM) for function in sorted(suite.aside)]
    if len(found) > 2:
        found[1:] = [judging.MORE_ASIDE.format(count=len(found) - 1)]
    for function, result in suite.slept.items():
        assert result.slept is not None
        place = f"{result.slept['file']}:{result.slept['line']}"
        found.append(judging.SLEEPS.format(name=name_of(function), place=place))
        break
    return found


def _aside(suite: Suite, function: str, room: int = 1000) -> str:
    """A test that is set aside, with its line, which is never cut."""
    aside = suite.aside[function]
    file, line = aside.result.file, aside.result.line
    place = f" ({file}:{line})" if file else ""
    text = judging.SET_ASIDE.format(name=name_of(function), what=aside.what)
    return words.shorten(text, room - len(place)) + place


def count(suite: Suite) -> str:
    """How many bugs are noticed, by how many tests."""
    noticed = suite.noticed
    seen = shown(noticed)
    hidden = sum(bool(functions) for bug, functions in noticed.items() if bug > SHOWN)
    text = judging.NOTICED.format(
        shown=len(seen),
        all_shown=SHOWN,
        hidden=hidden,
        all_hidden=len(noticed) - SHOWN,
        tests=words.plural(len(suite.valid), "test"),
    )
    aside = judging.OF_ALL.format(count=len(suite.aside))
    return f"{text}, {aside}" if suite.aside else text


def drawn(suite: Suite, room: int) -> list[str]:
    """The count and the picture for a report, in `room` lines; none before a bug was looked for."""
    if not suite.looked_for_bugs:
        return []
    rows = picture(suite, max(room - 2, 2))
    return ["", f"{'noticed':<13}{count(suite)}", *rows]


def picture(suite: Suite, room: int) -> list[str]:
    """A row for each test, a mark in it for each bug that it notices; at most `room` lines."""
    cells = [_cell(suite, function) for function in suite.valid]
    numbers = "".join(str(bug % 10) for bug in range(1, SHOWN + 1))
    head = f"{'':<{COLUMN - SHOWN}}{numbers}"
    fits = 2 * (room - 1)
    if len(cells) > fits:
        left = len(cells) - fits + 1
        cells = [*cells[: fits - 1], judging.MORE_TESTS.format(count=left)]
    half = (len(cells) + 1) // 2
    left_side, right_side = cells[:half], cells[half:]
    right_side += [""] * (half - len(right_side))
    heads = f"{head}    {head}" if any(right_side) else head
    rows = [f"{a:<{COLUMN}}    {b}".rstrip() for a, b in zip(left_side, right_side, strict=True)]
    return [heads, *rows] if cells else []


def _cell(suite: Suite, function: str) -> str:
    marks = "".join(
        judging.HIT if function in suite.noticed[bug] else judging.MISS
        for bug in range(1, SHOWN + 1)
    )
    name = words.shorten(name_of(function).removeprefix("test_"), COLUMN - SHOWN - 1)
    return f"{name:<{COLUMN - SHOWN}}{marks}"


def everything(suite: Suite) -> Iterator[str]:
    """All of it: each test that is set aside and why, each bug that nobody noticed."""
    yield count(suite)
    yield from picture(suite, len(suite.valid) + 2)
    for function, aside in suite.aside.items():
        yield _aside(suite, function)
        if aside.result.text:
            yield f"    {aside.result.text}"
    for bug, functions in suite.noticed.items():
        api = suite.apis.of(bug)
        if not functions:
            named = judging.SHOWN_BUG if bug <= SHOWN else judging.HIDDEN_BUG
            text = named.format(number=bug if bug <= SHOWN else bug - SHOWN)
            question = api.question
            yield judging.UNNOTICED.format(bug=text, area=api.area, question=question).rstrip()
