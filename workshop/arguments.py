"""What the command line asks for: `lessons/03` becomes the file that holds the lesson's checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from workshop import course
from workshop.course import Lesson

ASKED = re.compile(r"^(?:.*/)?lessons/(?P<name>\d\d)(?:_\w+)?(?:/.*)?$")


@dataclass
class Asked:
    """The lessons to grade, in the order given.

    `by_name` says that single checks were asked for, `unknown` which lesson isn't there, `others`
    what is no lesson's.
    """

    lessons: list[Lesson] = field(default_factory=list)
    by_name: bool = False
    unknown: str | None = None
    others: list[str] = field(default_factory=list)
    ignored_workers: bool = False


def read(args: list[str], places: list[str], here: Path, root: Path = course.ROOT) -> Asked:
    """Understand the places among `args` and rewrite those that are lessons, in `args` itself.

    `here` is the folder the command was given in. Inside a lesson no place means that lesson.
    """
    asked = Asked()
    if not places and here.is_relative_to(root / "lessons"):
        args.append(".")
        places = ["."]
    for place in places:
        path, colons, name = place.partition("::")
        if path in ("lessons", "lessons/") or (here / path).resolve() == root / "lessons":
            found: list[Lesson] | None = list(course.lessons(root))
        else:
            found = _lessons(path, here, root)
        if found is None:
            asked.others.append(place)
            continue
        if not found:
            asked.unknown = place
            continue
        asked.lessons += [lesson for lesson in found if lesson not in asked.lessons]
        asked.by_name = asked.by_name or bool(colons)
        position = args.index(place)
        args[position : position + 1] = [f"{lesson.checks}{colons}{name}" for lesson in found]
    if asked.lessons:
        _drop_workers(args, asked)
        asked.others = [place for place in asked.others if place in args]
    return asked


def _lessons(path: str, here: Path, root: Path) -> list[Lesson] | None:
    """The lesson that a path means; none if there is no such lesson, None if it is no lesson's."""
    absolute = (here / path).resolve()
    inside = absolute.is_relative_to(root / "lessons") and absolute != root / "lessons"
    if inside:
        name = absolute.relative_to(root / "lessons").parts[0]
    elif match := ASKED.match(path.replace("\\", "/")):
        name = match["name"]
    else:
        return None
    lesson = course.find(name, root)
    return [lesson] if lesson else []


def _drop_workers(args: list[str], asked: Asked) -> None:
    """A lesson's checks run in order and share a process: `-n` is left out."""
    kept: list[str] = []
    skip = False
    for arg in args:
        if skip:
            skip = False
        elif arg in ("-n", "--numprocesses", "--dist"):
            skip = asked.ignored_workers = True
        elif re.match(r"-n(\d+|auto|logical)$|--numprocesses=|--dist=", arg):
            asked.ignored_workers = True
        else:
            kept.append(arg)
    args[:] = kept
