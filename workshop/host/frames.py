"""Find the learner's own lines: in a traceback, in a running thread, in a waiting task."""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

Frames = list[tuple[FrameType, int]]
"""A traceback's frames, outermost first, each with its line's number."""

SERVER = "/uvicorn/protocols/"
"""What is raised in there is said of a message that was sent."""

Line = dict[str, Any]
"""{"file": absolute path, "line": number, "source": the line, stripped}"""


def line_at(file: str, number: int) -> Line:
    """The line as the report shows it; read anew, since the file may have changed."""
    linecache.checkcache(file)
    return {"file": file, "line": number, "source": linecache.getline(file, number).strip()}


class Folder:
    """The folder that holds the learner's `todo_api`; a file below it is the learner's own."""

    def __init__(self, path: str) -> None:
        self.root = str(Path(path).resolve() / "todo_api")

    def owns(self, file: str) -> bool:
        return file.startswith(self.root)

    def lines(self, frames: Iterable[tuple[str, int]]) -> list[Line]:
        """The learner's lines among (file, number) pairs, outermost first."""
        return [line_at(file, number) for file, number in frames if self.owns(file)]

    def of_exception(self, error: BaseException) -> list[Line]:
        frames = list(traceback.walk_tb(error.__traceback__))
        if any(SERVER in frame.f_code.co_filename.replace("\\", "/") for frame, _ in frames):
            frames = self._senders(frames, str(error))
        return self.lines((frame.f_code.co_filename, number) for frame, number in frames)

    def _senders(self, frames: Frames, said: str) -> Frames:
        """Where a message that the server refused came from, not the layers it was passed through.

        A second answer is sent by a layer that goes on after the first. A body that doesn't fit its
        answer is no layer's: there is no frame of whoever made the answer.
        """
        own = [one for one in frames if self.owns(one[0].f_code.co_filename)]
        while own and passes_on(own[-1][0]):
            own.pop()
        return own if "response.start" in said else []

    def of_stack(self, frame: FrameType | None) -> list[Line]:
        stack = list(traceback.walk_stack(frame))[::-1]
        return self.lines((frame.f_code.co_filename, number) for frame, number in stack)

    def of_code(self, code: CodeType | None) -> Line | None:
        """Where a function begins, its first decorator included."""
        if code is None or not self.owns(code.co_filename):
            return None
        return line_at(code.co_filename, code.co_firstlineno)

    def held_at(self, loop_thread: int) -> Line | None:
        """The line at which the event loop's thread stands, if that is the learner's."""
        lines = self.of_stack(sys._current_frames().get(loop_thread))
        return lines[-1] if lines else None

    def waits_at(self, loop: asyncio.AbstractEventLoop, loop_thread: int) -> list[Line]:
        """The lines at which tasks and other threads wait in the learner's code."""
        import asyncio  # the checks read frames too, and need none of it

        waits = []
        # The newest first: a task that others wait for was started by them.
        for task in sorted(asyncio.all_tasks(loop), key=age):
            frames = list(awaited_by(task.get_coro()))
            if not resting(frames):
                waits.extend(self.lines(frames)[-1:])
        for thread, frame in sys._current_frames().items():
            if thread != loop_thread:
                waits.extend(self.of_stack(frame)[-1:])
        return waits


def passes_on(frame: FrameType) -> bool:
    """Whether a function was called with a message of an answer, as a layer's `send` is."""
    code = frame.f_code
    given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
    return any(isinstance(one, dict) and "type" in one and "path" not in one for one in given)


def resting(frames: list[tuple[str, int]]) -> bool:
    """Whether a task is the lifespan's, which waits for the app's stop through every layer."""
    return sum(file.replace("\\", "/").endswith("lifespan/on.py") for file, _ in frames) > 1


def age(task: asyncio.Task[Any]) -> int:
    """Smaller is newer, by the number that asyncio gives a task without a name."""
    number = task.get_name().rpartition("-")[2]
    return -int(number) if number.isdigit() else 0


def awaited_by(coroutine: Any) -> Iterator[tuple[str, int]]:
    """The chain of awaits below a coroutine, outermost first."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        frame = frame or getattr(coroutine, "ag_frame", None)
        if frame is not None:
            yield frame.f_code.co_filename, frame.f_lineno
        inner = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
        coroutine = inner or getattr(coroutine, "ag_await", None)


def innermost(error: BaseException) -> BaseException:
    """A group's first member that isn't a group: that is what the learner's code raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def spelled_out(error: BaseException) -> dict[str, str]:
    """What an exception says, and the whole of it as it stands on a terminal."""
    return {
        "said": "".join(traceback.format_exception_only(error)),
        "whole": "".join(traceback.format_exception(error)),
    }


def describe(error: BaseException, folder: Folder) -> dict[str, Any]:
    """An exception in JSON: its type, the first line of its text, the learner's lines."""
    error = innermost(error)
    text = str(error).strip().partition("\n")[0]
    if type(error).__name__ == "ResponseValidationError":  # the checks' process has no FastAPI
        first = error.errors()[0]  # type: ignore[attr-defined]
        text = f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
    told: dict[str, Any] = {
        "type": type(error).__name__,
        "text": text,
        "lines": folder.of_exception(error),
        "unwritten": text if isinstance(error, NotImplementedError) else None,
    }
    # What FastAPI meets when a dependency kept what the handler raised: there is no response.
    lost = isinstance(error, UnboundLocalError) and "'response'" in text
    told["swallowed"] = not told["lines"] and (lost or text.startswith("Response not awaited"))
    if isinstance(error, SyntaxError) and error.filename and folder.owns(error.filename):
        number = error.lineno or 1
        told |= {"text": error.msg, "column": error.offset or 1}
        told["lines"] = [line_at(error.filename, number)]
    if isinstance(error, ImportError):
        told["module"] = error.name
        module = sys.modules.get(error.name or "")
        told["known"] = sorted(vars(module)) if module else []
    return told
