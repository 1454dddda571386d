"""Run a learner's app on uvicorn, started anew on every save."""

from __future__ import annotations

import errno
import os
import socket
import sys

import uvicorn

from workshop import words
from workshop.course import API, Lesson, before
from workshop.processes import holder
from workshop.saying import Screen

ADDRESS = "127.0.0.1"
WHO_HOLDS = {
    "darwin": "lsof -nP -iTCP:{port} -sTCP:LISTEN",
    "win32": "netstat -ano | findstr :{port}",
}
"""The command that says it, where this doesn't look itself."""


def serve(lesson: Lesson, port: int, screen: Screen) -> bool:
    """Serve until Ctrl-C; whether the port could be had."""
    refused = try_port(port)
    if refused is not None:
        say_taken(lesson, port, refused, screen)
        return False
    screen.order("docs", "", f"http://{ADDRESS}:{port}/docs", "bold")
    screen.say(words.SERVING)
    # Where tests are written, they are written for the API as it was before.
    folder = lesson.folder if lesson.holds == API else before(lesson)
    sys.stdout.flush()
    uvicorn.run(
        "todo_api.main:create_app",
        factory=True,
        host=ADDRESS,
        port=port,
        app_dir=str(folder),
        reload=True,
        reload_dirs=[str(folder / API)],
        use_colors=False if os.environ.get("NO_COLOR") else None,
    )
    return True


def try_port(port: int) -> OSError | None:
    """Why a port can't be had; None where it can."""
    try:
        socket.create_server((ADDRESS, port)).close()
    except OSError as error:
        return error
    return None


def say_taken(lesson: Lesson, port: int, refused: OSError, screen: Screen) -> None:
    """Who may hold the port, and which one is free."""
    if refused.errno == errno.EADDRINUSE:
        process = holder(port)
        who = f"process {process.number}, {process.command}" if process else words.ANOTHER
        screen.say(words.PORT_TAKEN.format(port=port, holder=words.shorten(who, words.ROOM)))
        if process is None and sys.platform in WHO_HOLDS:
            screen.order("", words.WHO_HOLDS, WHO_HOLDS[sys.platform].format(port=port))
    else:
        screen.say(words.PORT_REFUSED.format(port=port, error=refused.strerror))
    candidates = range(max(port, 8000) + 1, 65536)
    free = next((one for one in candidates if try_port(one) is None), None)
    if free is not None:
        command = f"{words.prefix()}workshop serve {lesson.number} --port {free}"
        screen.order("next", words.USE_PORT, command, "bold")
