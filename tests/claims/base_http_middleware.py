"""Lesson 04's claim, measured: what BaseHTTPMiddleware takes and what it hides.

By counts and order, not time: the tasks that three empty layers start for one request, and whether
a handler finds out that its client has left. Real uvicorn, real sockets.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp, Receive, Scope, Send

LOOKS = 100
user: ContextVar[str] = ContextVar("user", default="nobody")


class Plain:
    """A layer in pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Base(BaseHTTPMiddleware):
    """The same layer on BaseHTTPMiddleware."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


class Measured:
    """An app with three layers of a kind, and what happened in it."""

    def __init__(self, kind: type[Any]) -> None:
        self.app = FastAPI()
        for _ in range(3):
            self.app.add_middleware(kind)
        self.app.add_middleware(Outermost, measured=self)
        self.tasks = 0
        self.looked = threading.Event()
        self.ended = threading.Event()
        self.looks = 0
        self.seen = "nobody"
        self.app.get("/who")(self.who)
        self.app.get("/look")(self.look)

    async def who(self) -> None:
        user.set("ada")

    async def look(self, request: Request) -> None:
        while self.looks < LOOKS and not await request.is_disconnected():
            self.looks += 1
            self.looked.set()
            await asyncio.sleep(0.005)
        self.ended.set()

    def count(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **how: Any) -> Any:
        self.tasks += 1
        return asyncio.Task(coroutine, loop=loop, **how)


class Outermost(Plain):
    """Counts the tasks that are started inside, and reads what the handler set."""

    def __init__(self, app: ASGIApp, measured: Measured) -> None:
        super().__init__(app)
        self.measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asyncio.get_running_loop().set_task_factory(self.measured.count)
        await self.app(scope, receive, send)
        asyncio.get_running_loop().set_task_factory(None)
        self.measured.seen = user.get()


@contextmanager
def serving(app: FastAPI) -> Iterator[tuple[str, int]]:
    """The app on a free port."""
    config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()
    finally:
        server.should_exit = True
        thread.join()


def measure(kind: type[Any]) -> Iterator[str]:
    measured = Measured(kind)
    with serving(measured.app) as address:
        httpx.get(f"http://{address[0]}:{address[1]}/who")
        yield str(measured.tasks)
        yield measured.seen
        with socket.create_connection(address) as client:
            client.sendall(b"GET /look HTTP/1.1\r\nHost: api\r\n\r\n")
            measured.looked.wait(5)
        measured.ended.wait(5)
        yield f"never, in {LOOKS} looks" if measured.looks == LOOKS else "yes"


if __name__ == "__main__":
    rows = ("tasks started for one request", "the handler's user, outside", "sees its client leave")
    print(f"{'three layers':<32}{'pure ASGI':<14}BaseHTTPMiddleware")
    for row, plain, base in zip(rows, measure(Plain), measure(Base), strict=True):
        print(f"{row:<32}{plain:<14}{base}")
