"""The APIs that a learner's tests are run on: right ones that look different, and broken ones.

`solutions/07_tests/apis.toml` makes them from the solution before by small changes. They leave this
process as code objects: a test finds no source that would tell it which one it meets.
"""

from __future__ import annotations

import base64
import functools
import marshal
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import build, regions
from workshop.changes import Change, apply
from workshop.course import Lesson, before

SHOWN = 10
"""How many of the bugs have a number that a learner sees."""

Codes = dict[str, str]
"""Files below `todo_api`, each with its marshalled code in base64."""


@dataclass(frozen=True)
class Api:
    """A right one, or one with a bug, whose name spoils it; `number` counts each kind by itself."""

    name: str
    number: int
    codes: Codes
    area: str = ""
    question: str = ""


@dataclass(frozen=True)
class Apis:
    """`freedoms` are right APIs too: by name those that differ from the first in one thing."""

    right: tuple[Api, ...]
    bugs: tuple[Api, ...]
    freedoms: dict[str, Api]

    def of(self, bug: int) -> Api:
        return self.bugs[bug - 1]


def read(lesson: Lesson) -> Apis:
    """The APIs of a lesson whose learner writes tests."""
    told: dict[str, Any] = tomllib.loads((lesson.solution / "apis.toml").read_text("utf-8"))
    always = _changes(told["always"])
    start = _sources(before(lesson), always)
    freedoms = {one["name"]: _changes(one["change"]) for one in told["freedom"]}
    numbers = sorted({number for one in told["freedom"] for number in one["apis"]})
    right = [Api("right", 1, _codes(start))]
    for number in numbers:
        mine = [freedoms[one["name"]] for one in told["freedom"] if number in one["apis"]]
        source = _changed(start, [change for changes in mine for change in changes])
        right.append(Api("right", number, _codes(source)))
    bugs = [
        Api(
            one["name"],
            number,
            _codes(_changed(start, _changes(one["change"]))),
            one["area"],
            one.get("question", ""),
        )
        for number, one in enumerate(told["bug"], 1)
    ]
    alone = {
        name: Api(name, 0, _codes(_changed(start, changes))) for name, changes in freedoms.items()
    }
    return Apis(tuple(right), tuple(bugs), alone)


def _changes(told: list[dict[str, Any]]) -> list[Change]:
    return [Change(**one) for one in told]


def _sources(folder: Path, always: list[Change]) -> dict[str, str]:
    files = build.files_of(folder)
    plain = {name: regions.plain(content.decode()) for name, content in files.items()}
    return _changed(plain, always)


def _changed(sources: dict[str, str], changes: list[Change]) -> dict[str, str]:
    changed = dict(sources)
    for change in changes:
        changed[change.file] = apply(change, changed[change.file])
    return changed


def _codes(sources: dict[str, str]) -> Codes:
    return {name: _code(name, source) for name, source in sources.items()}


@functools.cache
def _code(name: str, source: str) -> str:
    compiled = compile(source, f"todo_api/{name}", "exec", dont_inherit=True)
    return base64.b64encode(marshal.dumps(compiled)).decode()
