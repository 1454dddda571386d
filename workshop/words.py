"""Every sentence the machinery says to a learner, and how text is cut to fit."""

from __future__ import annotations

import json
import os
import re
from typing import Any, TextIO

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
HALF_WRITTEN = "Task {task} is half written: this place of it is still as it began."
MUST_START = "Nothing is wrong with these settings: an app that refuses them serves nobody."
FORKED = "os.fork copies the whole server, its open connections too; start a subprocess instead."
SWALLOWED_GOT = "status 500: what the handler raised was caught on its way, and lost"
SWALLOWED = "A dependency caught it at its yield; clean up there, then raise it again."
ANSWERED = "an answer, and no exception"
BREAKPOINT = "A breakpoint waits for your keyboard, and this run does not read it."
UNREADABLE = "Python cannot read this file, so no task could be checked this time."
IMPORT_STOPS = "The import stops here, so no task could be checked this time."
CIRCULAR = "Two files import each other, and each waits for the other's names; one must let go."
FRAMEWORK_SAYS = {
    "non-body parameters must be in path": (
        "Field() says what a model's field may be; the default of a parameter is Query()."
    ),
    "Invalid args for response field": (
        "What is returned is no Pydantic model; response_model says what is answered."
    ),
}
"""What FastAPI's errors at the start are about, by their first words."""
START_FAILS = "The app does not start, so no task could be checked this time."
START_STOPS = "The app does not get past this line, so no task could be checked this time."
NAMED = "The checks look for it under this name; a name not in the chapter is yours to choose."


# What a part of Python's own message means here.
CAUSES = {
    "Expecting a string- or bytes-formatted key": "A SecretStr is no text: get_secret_value() has"
    " the text that it hides.",
    "the first argument must be callable": "add_task takes function and arguments apart:"
    " add_task(f, a), not f(a).",
    r"object \w+ can't be used in 'await' expression": "What stands after await has run already"
    " and isn't asynchronous; take the await away.",
    r"'(Async\w+|Timeout|TaskGroup)' object does not support the context manager": "This is"
    " entered with async with: it waits as it opens or closes.",
    "attribute refresh operation cannot proceed": "A commit empties a row, unless"
    " async_sessionmaker was given expire_on_commit=False.",
    "'Member' object is not an iterator|'NoneType' object has no attribute 'too_slow'": "joined"
    " must yield the member: the talk runs where its yield stands.",
    "greenlet_spawn has not been called": "A synchronous call met an asynchronous driver: await"
    " its async form, or use run_sync.",
    r"Unable to serialize unknown type: <class '[\w.]*(Future|Task)'>": "This is answered before"
    " its result is there; write await before it.",
}


def cause(text: str) -> str | None:
    """What an exception's text means, where Python's words don't say it to a learner."""
    return next((why for part, why in CAUSES.items() if re.search(part, text)), None)


def unawaited(name: str) -> str:
    instead = ", or call put_nowait() where nothing may wait" if name == "put" else ""
    return f"{name}() was called without await, so it never ran; write await before it{instead}."


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
FINE, MEND = "fine", "to mend"
SIGNS = {DONE: "✓", NOT_YET: "✗", NOT_STARTED: "○", WAITING: "·", FINE: "✓", MEND: "✗"}
ASCII = str.maketrans({"✓": "+", "✗": "x", "○": "o", "·": ".", "…": "...", "●": "#"})
COLOURS = {DONE: "green", NOT_YET: "red", NOT_STARTED: "yellow", FINE: "green", MEND: "red"}

STILL_WORKING = "still working"
SAME_ANSWERS = "the same answers as the reference, in {count} sequences of requests"
COMPARING = "comparing: {number} of {count}"
DIFFERS = "differs from the reference, {folder}, in these requests"
WHY_DIFFERS = {
    "total": "total counts every todo that matches, whichever page is asked for.",
    "length of items": "The items are those that match, on the page that was asked for.",
    "due_at": "A moment may be told in any zone, and this is another moment.",
    "updated_at": "Whoever asks for what is new would find this todo, and nothing new in it.",
    "Location": "A client that made a todo finds it at the path in Location.",
    "header ETag": "Without an ETag a client can't say which todo it has read.",
    "header X-Request-ID": "A client finds its own request in the log by the id that it sent.",
    "error.code": "A client decides by the code; the message is for people.",
    "error.details": "A client shows each message beside the field that it is about.",
    "answer": "What was sent may be a secret, and errors end up in logs and screenshots.",
}
"""Why a field matters, where an answer differs from the reference's in it."""
NO_XDIST = "-n is for the course's own tests; a lesson's checks run in order, in one process"
EDITED = "the checks differ from the committed ones, which come back with:"
RESTORE = "git restore {file}"
UNREAD = "the checks can't be read: {error}"
NO_CODE = "{folder} has no folder {holds}"
NO_FOLDER = "no temporary folder can be had: {reason}"
NO_PORT = "no port of this machine can be had: {reason}"
NO_START = "no process can be started for the app: {reason}"
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


def encodes(stream: TextIO) -> bool:
    """Whether a stream can be written every sign of the report."""
    try:
        "✓✗○·●…".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def prefix() -> str:
    """What comes before a command so that it works as this one did."""
    return "uv run " if os.environ.get("UV_RUN_RECURSION_DEPTH") else ""


def plural(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


# The `workshop` command.
NO_TASK = "There is no task {number}; they go from {first} to {last}."
NO_LESSON = "There is no lesson {number}; they go from {first} to {last}."
NEWER_STATE = "{file} was written by a newer course than this one; take that one with:"
NOT_KEPT = "no copy of your files could be kept: {error}"
LAST_HINT = "That was the last hint of {number}. All of them again:"
CHANGED_SINCE = "; changed since the last run"
ALL_DONE = "every lesson is done; solutions/ shows how else it can be written"
FAILED = "This could not be done: {error}"
NOT_WRITTEN = "Nothing of it is written yet. How the reference does it:"
SAME_CODE = "the same as the reference"
MARKS_GONE = "The marks of {task} are gone from this file, so all of it is shown."
AS_GOOD = "Yours is different and as good: it passes the checks of this task."
NOT_AS_GOOD = "Yours doesn't pass the checks of this task yet; what is missing:"
NOT_KNOWN = "Whether yours is as good, the checks say:"
OUTSIDE = "Changed outside the tasks:"
SPOILS = "Task {number} isn't done yet. Show how the reference does it?"
NOT_ASKED = "Nobody is here to ask. To see it all the same:"
UNCHANGED = "Nothing to reset: {what} is as it began."
IS_RESET = "{what} is as it began."
WHOLE_FILE = "The marks of {task} were gone, so these files were put back whole:"
KEPT_AS = "What was there is kept as copy {name}. To have it back:"
NO_UNDO = "No command has written over your files. What runs have kept:"
NO_COPY = "There is no copy {name}."
NO_COPIES = "No copies are kept yet: a run keeps one when it finds your files changed."
IS_BACK = "{folder} is as it was on {when}, in copy {name}."
IS_THERE = "{folder} is as in copy {name} already."
LOST = "{file} of copy {name} is missing, or was changed, under .workshop/files."
BRING_ONE_BACK = "to bring one back:"
EARLIER_COPIES = "{count} earlier ones:"
KEPT_BY_RUN = "found by a run"
KEPT_BEFORE = "before {why}"
SAME_FILES = "as in the copy before"
BEGUN_LESSON = "{folder} holds someone's work, so its starter isn't written. With a copy kept:"
WATCHING = "Watching {folder}; the checks run when you save, Ctrl-C ends it."
SAVED = "changed: {files}"
STOPPED_WATCHING = "stopped watching"
SERVING = "Your app starts anew when you save; Ctrl-C ends it."
PORT_TAKEN = "Port {port} is taken, by {holder}."
PORT_REFUSED = "Port {port} can't be used: {error}."
ANOTHER = "a program that this can't see, perhaps another workshop serve"
WHO_HOLDS = "who holds it:"
USE_PORT = "end that, or use another port:"
HEALTHY = "Nothing here keeps the course from running."
NOT_HEALTHY = "Mend what is marked, then run this again."
NEWER_PYTHON = "install Python 3.11 or newer, and make the environment with it: uv sync"
OTHER_PYTHON = "the course has its own environment, .venv, which this uses:"
AS_PINNED = "the versions that the course is proved with"
SYNC = "install those:"
CAN_WRITE = "every folder that the course writes in can be written"
LET_WRITE = "give yourself the right to write there, or move the course to a folder of yours"
COPY_LOST = "bring that file back from a backup; nothing here ever removes one"
TAKE_NEWER = "take the course that wrote it:"
STARTS_AND_ANSWERS = "starts, and answers over a local connection"
LET_CONNECT = "let Python listen on 127.0.0.1: a firewall or a container may forbid it"
FREE = "free, for workshop serve"
OTHER_PORT = "only workshop serve wants it, and takes another too:"
EDITOR_FINDS = "not told which Python to use; VS Code finds the one in .venv"
EDITOR_CHOOSE = "choose this one, in VS Code with Python: Select Interpreter:"
NO_GIT = "not found"
INSTALL_GIT = "install git; workshop update needs it, nothing else does"
NO_CLONE = "this is no clone, so workshop update can't take a newer course"
A_CLONE = "this is a clone, so workshop update works"
NO_PROCESS = "no process of an earlier run"
LEFT = "{count} of an earlier run"
END_THEM = "end them:"
NOT_A_CLONE = (
    "This is no clone, so git brings no newer course here. Clone the course beside this one."
)
INSIDE_ANOTHER = "The course is part of another clone, {folder}, which is not touched here."
GIT_FAILED = "git could not do it: {error}"
GIT_BUSY = "A merge or a rebase is under way here. End it with git, then give this command again."
NO_REMOTE = "This clone has no remote called origin or upstream to take a newer course from."
NO_BRANCH = "{remote} has no branch that holds the course."
NEWEST = "Nothing is newer at {branch}."
TAKEN = "Taken from {branch}: {count}. No file that you changed was written over."
STAYS = "These stay as you have them, though the course has newer ones:"
PACKAGES_CHANGED = "What has to be installed may have changed:"
DONE_CHANGED = "Lesson {number}, which you have done, changed: {parts}."
STILL_PASSES = "yours still passes every check"
PASSES_NO_MORE = "yours no longer passes every check"
WHAT_IS_MISSING = "what is missing:"
NEW_NUMBER = "A lesson's number has two digits, from 01 to 99; {number} hasn't."
NEW_NAME = "{name} can't be a lesson's name: small letters, digits and _ only, a letter first."
NEW_EXISTS = "There is {folder} already."
NEW_ROUTE = "A lesson begins as a route /{name} in {file}, which isn't there or has such a route."
NEW_NEXT = "write your own in these places; the lesson is proved by:"
MOVED = "{file} was saved meanwhile; give the command again"
