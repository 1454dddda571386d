"""What the notebooks share: the reference's code, served and shown; pictures, each with its words.

A notebook imports a lesson's reference from `solutions/`; it holds no code of its own that a
learner would have to write.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import io
import logging
import re
import signal
import socket
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import matplotlib
import uvicorn
from IPython.display import Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from workshop import course, deployed, proof  # noqa: E402  # the line above says where it is

matplotlib.use("agg")
SLOWLY = 0.5
"""Seconds that a slow upstream takes: long beside a request, short in a talk."""
MEASURED, HELD, QUIET, GOOD = "#3b6ea8", "#d9822b", "#c9ced6", "#4c9f70"
"""The colours of all the pictures; they differ in lightness too."""


def lesson(number: str) -> course.Lesson:
    """A lesson by its number, "03"."""
    return next(one for one in course.lessons() if one.number == number)


def use(number: str) -> course.Lesson:
    """A lesson, whose reference `import todo_api` means from now on."""
    chosen = lesson(number)
    has_api = chosen.holds == course.API
    sys.path.insert(0, str(chosen.solution if has_api else course.before(chosen)))
    importlib.invalidate_caches()
    return chosen


def show(*things: Callable[..., Any] | type) -> None:
    """The source of functions and classes of the reference."""
    source = "\n\n".join(inspect.getsource(thing) for thing in things)
    lines = [
        line for line in source.splitlines() if not re.match(r"\s*# (region|endregion|\|)", line)
    ]
    display(Markdown("```python\n" + "\n".join(lines) + "\n```"))


def say(words: str) -> None:
    display(Markdown(words))


def seen(number: str, *names: str) -> None:
    """Mistakes that will be made in the room, and what the lesson's check says of each."""
    file = ROOT / "tests" / "mistakes" / f"{number}.toml"
    known = {one.name: one for one in proof.variants(file, "mistake")}
    rows = [
        f"| {known[name].name} | `{known[name].check}` | {known[name].says} … |" for name in names
    ]
    say("\n".join(["| mistake | caught by | the report says |", "|---|---|---|", *rows]))


def told(*suites: str) -> None:
    """Test suites as they will be written in the room, and what the report says of each."""
    known = tomllib.loads((ROOT / "tests" / "suites" / "told.toml").read_text("utf-8"))
    rows = [
        f"| {name.replace('_', ' ')} | `{known[name]['check']}` | {known[name]['says'][0]} … |"
        for name in suites
    ]
    say("\n".join(["| mistake | caught by | the report says |", "|---|---|---|", *rows]))


def mistaken(number: str, name: str) -> Path:
    """A folder with the reference in which one known mistake was made."""
    chosen = lesson(number)
    file = ROOT / "tests" / "mistakes" / f"{number}.toml"
    variant = next(one for one in proof.variants(file, "mistake") if one.name == name)
    folder = Path(tempfile.mkdtemp(prefix="notebook-"))
    proof.write(chosen, variant, folder)
    return folder


def environment(**settings: object) -> dict[str, str]:
    """Variables for an app with a database of its own; `settings` are TODO_ ones in lower case."""
    file = Path(tempfile.mkdtemp(prefix="notebook-")) / "todo.db"
    told = {"database_url": f"sqlite+aiosqlite:///{file}", "password_cost": 1, **settings}
    return {f"TODO_{name.upper()}": str(value) for name, value in told.items()}


@asynccontextmanager
async def served(folder: Path, **settings: object) -> AsyncIterator[httpx.AsyncClient]:
    """The app of a folder in a process of its own; a client for it. Ended when it is left."""
    variables = environment(**settings)
    api = deployed.Api(variables.pop("TODO_DATABASE_URL"), folder=folder, **variables)
    try:
        await asyncio.to_thread(api.ready)
        async with httpx.AsyncClient(base_url=api.base, timeout=30, trust_env=False) as client:
            yield client
    finally:
        await asyncio.to_thread(api.end, signal.SIGTERM)


@asynccontextmanager
async def running(app: Any, buffer: int | None = None) -> AsyncIterator[str]:
    """The address of an app that runs on this notebook's own event loop, where it can be watched.

    With a `buffer` the system keeps about so many bytes that a client hasn't read yet.
    """
    logging.disable(logging.INFO)  # its records would stand between the pictures
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        logging.disable(logging.NOTSET)


@asynccontextmanager
async def slow_upstream() -> AsyncIterator[str]:
    """The address of a service that takes its time with each answer."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(SLOWLY)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ada() -> dict[str, str]:
    """Someone who registers."""
    words = {"email": "ada@todo.example", "name": "Ada"}
    return words | {"password": "correct horse", "password_again": "correct horse"}


async def log_in(client: httpx.AsyncClient) -> None:
    """Register Ada, and let every later request of this client be hers."""
    await client.post("/api/v1/users", json=ada())
    form = {"username": "ada@todo.example", "password": "correct horse"}
    token = (await client.post("/api/v1/auth/token", data=form)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


def picture(figure: Figure, words: str) -> None:
    """Show a picture, and beneath it the sentence that says the same."""
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=90, bbox_inches="tight", facecolor="white")
    data = {"image/png": written.getvalue(), "text/plain": words}
    described = [describe(axes) for axes in figure.axes]
    display(data, raw=True, metadata={"image/png": {"alt": words}, "axes": described})
    say(words)


def describe(axes: Axes) -> dict[str, Any]:
    """What a test compares of a picture: its title, its labels, its series."""
    _, series = axes.get_legend_handles_labels()
    rows, columns = (
        [label.get_text() for label in labels if re.search(r"[A-Za-z]", label.get_text())]
        for labels in (axes.get_yticklabels(), axes.get_xticklabels())
    )
    return {
        "title": axes.get_title(loc="left"),
        "x": axes.get_xlabel(),
        "y": axes.get_ylabel(),
        "series": list(dict.fromkeys(series)),
        "rows": rows,
        "columns": columns,
    }


def plain(axes: Axes) -> None:
    """No frame that says nothing."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
