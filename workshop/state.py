"""What the course remembers of a learner, in a file that can be read: `.workshop/state.json`."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORMAT = 1


class Newer(Exception):
    """The file was written by a newer course than this."""


@dataclass
class State:
    """`hints`: how many hints of each task were shown."""

    hints: dict[str, int] = field(default_factory=dict)


def path(root: Path) -> Path:
    return root / ".workshop" / "state.json"


def load(root: Path) -> State:
    """The state; a fresh one where there is none, or none that can be read. Raises Newer."""
    try:
        told = json.loads(path(root).read_text(encoding="utf-8"))
        if told.pop("format") > FORMAT:
            raise Newer(str(path(root)))
        return State(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State()


def save(root: Path, state: State) -> None:
    """Write the state whole, or leave the old one."""
    file = path(root)
    file.parent.mkdir(exist_ok=True)
    text = json.dumps({"format": FORMAT, **asdict(state)}, indent=2) + "\n"
    handle, name = tempfile.mkstemp(dir=file.parent, prefix="state-")
    with os.fdopen(handle, "w", encoding="utf-8") as whole:
        whole.write(text)
    os.replace(name, file)
