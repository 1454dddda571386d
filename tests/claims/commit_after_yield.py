"""Lesson 03's claim, measured: when a dependency's commit runs, and what a client then believes.

Each step says that it happened; the order is the proof.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI
from starlette.types import Message, Receive, Scope, Send

steps: list[str] = []
app = FastAPI()


async def session(disk_is_full: bool = False) -> AsyncIterator[str]:
    yield "session"
    if disk_is_full:
        steps.append("failed commit")
        raise OSError("the disk is full")
    steps.append("commit")


@app.post("/tutorial", status_code=201, dependencies=[Depends(session)])
async def as_in_tutorials(tasks: BackgroundTasks) -> None:
    steps.append("handler")
    tasks.add_task(steps.append, "background task")


@app.post("/lesson", status_code=201, dependencies=[Depends(session, scope="function")])
async def as_in_this_lesson(tasks: BackgroundTasks) -> None:
    steps.append("handler")
    tasks.add_task(steps.append, "background task")


async def watched(scope: Scope, receive: Receive, send: Send) -> None:
    """The app, which says when an answer leaves it."""

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            steps.append(f"answer {message['status']}")
        await send(message)

    await app(scope, receive, telling)


async def order(path: str) -> str:
    """What happened, in its order, while a client asked for `path`."""
    steps.clear()
    transport = httpx.ASGITransport(watched, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo") as client:
        await client.post(path)
    return ", ".join(steps)


if __name__ == "__main__":
    for query in ("", "?disk_is_full=true"):
        for scope, path in (("", "/tutorial"), (', scope="function"', "/lesson")):
            depends = f"Depends(session{scope}):"
            print(f"{depends:<35} {asyncio.run(order(path + query))}")
