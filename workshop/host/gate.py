"""Routes that a check adds, to see what passes around a handler: they speak, stop, raise, break.

Each stops at the check's `Gate`, and goes on when the check lets it.
"""

# Annotations here are read by FastAPI when a route is made, so they can't be postponed.
import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import text

from workshop.host.frames import innermost

logger = logging.getLogger("todo_api.check")

LOOKS = 200
"""How often a handler looks whether its client has left, 5 ms apart, before it gives up."""


class Planned(Exception):
    """What a check's own route raises."""


def is_planned(error: BaseException) -> bool:
    """Whether a check's own route raised it: no fault of the learner's."""
    frames = traceback.walk_tb(innermost(error).__traceback__)
    return any(frame.f_code.co_filename == __file__ for frame, _ in frames)


class Count(BaseModel):
    count: int


class Gate:
    """Where a route stops; `reached` once one has come, `free` once they may go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.free = asyncio.Event()
        self.raised: list[str] = []
        self.saw_leaving = False

    async def stop(self) -> None:
        self.reached.set()
        await self.free.wait()


def speak(app: FastAPI, _gate: Gate) -> None:
    """GET /check/speak: a dependency in a thread and an async handler log a line each."""

    def listener() -> None:
        logger.warning("the dependency")

    @app.get("/check/speak", dependencies=[Depends(listener)])
    async def speaks() -> dict[str, bool]:
        logger.warning("the handler")
        return {"spoke": True}


def wait(app: FastAPI, gate: Gate) -> None:
    """GET /check/wait stops, and logs a line when it goes on."""

    @app.get("/check/wait")
    async def waits() -> dict[str, bool]:
        await gate.stop()
        logger.warning("the handler that waited")
        return {"waited": True}


def hold(app: FastAPI, gate: Gate) -> None:
    """GET /check/hold uses the app's database session, and stops."""
    session_dep = sys.modules["todo_api.dependencies"].SessionDep

    @app.get("/check/hold")
    async def holds(session: session_dep) -> dict[str, bool]:  # type: ignore[valid-type]
        await session.execute(text("SELECT 1"))  # type: ignore[attr-defined]
        await gate.stop()
        return {"held": True}


def fail(app: FastAPI, _gate: Gate) -> None:
    """GET /check/fail raises."""

    @app.get("/check/fail")
    async def fails() -> None:
        raise Planned("what a handler did not expect")


def stream(app: FastAPI, gate: Gate) -> None:
    """GET /check/stream sends one part, stops, sends another; /check/break raises instead."""

    async def parts(breaks: bool) -> AsyncIterator[bytes]:
        yield b"the first part"
        await gate.stop()
        if breaks:
            raise Planned("half an answer is out")
        yield b", and the second"

    @app.get("/check/stream")
    async def streams() -> StreamingResponse:
        return StreamingResponse(parts(False), media_type="text/plain")

    @app.get("/check/break")
    async def breaks() -> StreamingResponse:
        return StreamingResponse(parts(True), media_type="text/plain")


def look(app: FastAPI, gate: Gate) -> None:
    """GET /check/look looks whether its client has left."""

    @app.get("/check/look")
    async def looks(request: Request) -> dict[str, bool]:
        gate.reached.set()
        for _ in range(LOOKS):
            if await request.is_disconnected():
                gate.saw_leaving = True
                break
            await asyncio.sleep(0.005)
        return {"left": gate.saw_leaving}


def misuse(app: FastAPI, _gate: Gate) -> None:
    """Bugs of the server's own: a model and an answer filled wrongly, a row without a column."""
    session_dep = sys.modules["todo_api.dependencies"].SessionDep
    user = sys.modules["todo_api.models"].User

    @app.get("/check/model")
    async def fills_a_model_wrongly() -> Count:
        return Count.model_validate({"count": "what only the server knows"})

    @app.get("/check/answer", response_model=Count)
    async def answers_wrongly() -> dict[str, Any]:
        return {"count": "what only the server knows"}

    @app.get("/check/row")
    async def forgets_a_column(session: session_dep) -> None:  # type: ignore[valid-type]
        session.add(user(email="row@example.com", name="row", name_key="row"))  # type: ignore[attr-defined]
        await session.flush()  # type: ignore[attr-defined]


def unchanged(app: FastAPI, _gate: Gate) -> None:
    """GET /check/unchanged says that what the client has is still good: 304."""

    @app.get("/check/unchanged")
    async def is_unchanged() -> None:
        raise HTTPException(304, headers={"ETag": '"7"'})


ROUTES = {
    "speak": speak,
    "wait": wait,
    "fail": fail,
    "hold": hold,
    "stream": stream,
    "look": look,
    "misuse": misuse,
    "unchanged": unchanged,
}
"""Routes by the name under which a check asks for them."""
