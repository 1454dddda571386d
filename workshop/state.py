"""What the course remembers of a learner, in a file that can be read: `.workshop/state.json`."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workshop import writing

FORMAT = 1


class Newer(Exception):
    """A file was written by a newer course than this."""


@dataclass
class Tried:
    """What the last run of all of a lesson's checks found.

    `tasks` has each task's verdict; `files` says which files were graded, see `copies.digest`.
    """

    when: str
    files: str
    finished: bool
    tasks: dict[str, str]


@dataclass
class State:
    """`hints`: how many of each task were shown. `shown`: tasks whose reference was.

    `built`: for authors, the files of each starter that `workshop build` wrote last.
    """

    hints: dict[str, int] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    tried: dict[str, Tried] = field(default_factory=dict)
    built: dict[str, dict[str, str]] = field(default_factory=dict)


def path(root: Path) -> Path:
    return root / ".workshop" / "state.json"


def load(root: Path) -> State:
    """The state; a fresh one where there is none. One that can't be read is set aside.

    Raises Newer.
    """
    file = path(root)
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told.pop("format") > FORMAT:
            raise Newer(str(file))
        tried = {number: Tried(**one) for number, one in told.pop("tried", {}).items()}
        return State(**told, tried=tried)
    except OSError:
        return State()
    except (ValueError, TypeError, KeyError, AttributeError):
        with contextlib.suppress(OSError):
            os.replace(file, file.with_name("state.unreadable.json"))
        return State()


def save(root: Path, state: State) -> None:
    """Write the state whole, or leave the old one. Raises OSError."""
    text = json.dumps({"format": FORMAT, **asdict(state)}, indent=2) + "\n"
    writing.write(root, path(root), text.encode())
