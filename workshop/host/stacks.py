"""Read what faulthandler wrote when a process crashed, or held the GIL."""

from __future__ import annotations

import re

from workshop.host.frames import Folder, Line, line_at

ENTRY = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


def fallen_at(stacks: str, folder: Folder) -> Line | None:
    """The learner's line in a dump: the deepest of the first thread that has one.

    The dump begins with the thread that crashed or holds the GIL where it isn't marked.
    """
    for match in ENTRY.finditer(stacks):
        if folder.owns(match["file"]):
            return line_at(match["file"], int(match["line"]))
    return None
