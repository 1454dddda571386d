"""Every sentence the machinery says to a learner, and how text is cut to fit."""

from __future__ import annotations

import json
import re
from typing import Any

WIDTH = 100
ROOM = WIDTH - 13
"""Columns for the text of a block's line, after its label."""

# Why something failed, where the cause is known: each takes the place of the check's own why.
HELD = "The loop was held at this line: until your code awaits, nobody else is answered."
WAITS = "Your code waits at this line for something that does not come; a deadline would end it."
NO_ANSWER = "The app never answered; nothing of your code was running when the check gave up."
ENDED_SOMEHOW = "Something in your code, or the memory it took, ended the whole process."
ENDING = {
    "os._exit": "os._exit ends the whole process: this client and every other one is cut off.",
    "sys.exit": "sys.exit ends the whole process: this client and every other one is cut off.",
    "os.abort": "os.abort ends the whole process: this client and every other one is cut off.",
    "os.kill": "This signal ends the whole process: this client and every other one is cut off.",
    "signal.raise_signal": "This signal ends the whole process: every client is cut off.",
}
FORKED = "os.fork copies the whole server, its open connections too; start a subprocess instead."
BREAKPOINT = "A breakpoint waits for your keyboard, and this run does not read it."
UNREADABLE = "Python cannot read this file, so no task could be checked this time."
IMPORT_STOPS = "The import stops here, so no task could be checked this time."
CIRCULAR = "Two files import each other, and each waits for the other's names; one must let go."
START_FAILS = "The app does not start, so no task could be checked this time."
START_STOPS = "The app does not get past this line, so no task could be checked this time."
NAMED = "The checks look for it under this name; a name not in the chapter is yours to choose."


def unawaited(name: str) -> str:
    return f"{name}() was called without await, so it never ran; write await before it."


def shorten(text: str, room: int) -> str:
    """`text` in at most `room` characters, its end marked where it is cut: in ASCII by three."""
    text = visible(text)
    return text if len(text) <= room else text[: max(room - 3, 0)].rstrip() + "…"


def fold(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` characters, broken before a name in JSON or at a space."""
    text = visible(text)
    lines = []
    while len(text) > room:
        places = text.rfind(', "', 0, room - 1) + 1, text.rfind(" ", 0, room + 1), room
        place = next(place for place in places if place > 0)
        lines.append(text[:place])
        text = text[place:].strip()
    return [*lines, text]


def visible(text: str) -> str:
    """`text` with its control characters written out."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda match: repr(match[0])[1:-1], text)


def body_line(response: Any) -> str:
    """An answer's body on one line."""
    if not response.content:
        return ""
    try:
        return json.dumps(response.json(), ensure_ascii=False)
    except ValueError:
        return str(response.text)


STARTS = "the app can be imported and started"
START_HELD = "The start does not get past this line, so no task could be checked this time."
BRING_BACK = "bring it back with: git restore {path}"
BREAKPOINT_ADVICE = "take the line out, or stop there with: {command} --pdb"


def unwritten(task: str) -> str:
    return f"Task {task} is not written yet, and the app needs it to start."


def name_it(name: str, file: str) -> str:
    return f'name it "{name}" in {file}, then run: {{command}}'


# The list of tasks: each state with its sign.
DONE, NOT_YET, NOT_STARTED, WAITING = "done", "not yet", "not started", "waiting"
SIGNS = {DONE: "✓", NOT_YET: "✗", NOT_STARTED: "○", WAITING: "·"}
ASCII = str.maketrans({"✓": "+", "✗": "x", "○": "o", "·": ".", "…": "..."})
COLOURS = {DONE: "green", NOT_YET: "red", NOT_STARTED: "yellow"}

STILL_WORKING = "still working"
SAME_ANSWERS = "the same answers as the reference, in {count} sequences of requests"
DIFFERS = "differs from the reference, {folder}, in these requests"
WHY_DIFFERS = {
    "total": "total counts every todo that matches, whichever page is asked for.",
    "length of items": "The items are those that match, on the page that was asked for.",
    "error.code": "A client decides by the code; the message is for people.",
}
"""Why a field matters, where an answer differs from the reference's in it."""
NO_XDIST = "-n is for the course's own tests; a lesson's checks run in order, in one process"
EDITED = "the checks differ from the committed ones, which come back with:"
RESTORE = "git restore {file}"
UNREAD = "the checks can't be read: {error}"
NO_CODE = "{folder} has no folder todo_api"
USE_ANOTHER = "name a folder that holds one, for example: {command} --code={folder}"
NOT_TOGETHER = "a lesson is graded by itself, without {place}"
NO_CHECK = "no check of this lesson has the name that was asked for"
TROUBLE_NEXT = "mend that, then run the same command again"
STOPPED = "stopped before every check had run"
THE_PROOF = "These are the course's own tests. A lesson is graded with, for example: {command}"


def ascii_only(line: str) -> str:
    """`line` for a terminal that can't do better; JSON stays the same JSON."""
    line = line.translate(ASCII)
    pairs = "".join(c if ord(c) < 128 else json.dumps(c)[1:-1] for c in line)
    return pairs


def plural(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


# The `workshop` command.
NO_TASK = "There is no task {number}; they go from {first} to {last}."
NEWER_STATE = "{file} was written by a newer course; take the newer course, or delete that file."
LAST_HINT = "That was the last hint of {number}; workshop hint {number} --all shows them again."
