"""What three empty layers cost, in pure ASGI and on BaseHTTPMiddleware: times as much as none.

No sockets: the app is called as a server calls it, and the server's own work isn't counted. It is
time on the processor, the fastest of rounds that take turns: what else runs here matters little.
"""

import asyncio
from time import process_time
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LAYERS = 3
ROUNDS = 7
REQUESTS = 300


class Plain:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Base(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


def app_with(kind: type[Any] | None) -> FastAPI:
    app = FastAPI()
    for _ in range(LAYERS if kind else 0):
        app.add_middleware(kind)  # type: ignore[arg-type]

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    return app


async def ask(app: ASGIApp) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/health/live",
        "raw_path": b"/health/live",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    left = asyncio.Event()

    async def receive() -> Message:
        if "asked" in scope:
            await left.wait()
        scope["asked"] = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        await asyncio.sleep(0)  # as a socket would, let others run

    await app(scope, receive, send)


async def measure() -> dict[str, float]:
    """The fastest round of each, in seconds."""
    kinds: dict[str, type[Any] | None] = {"none": None, "pure": Plain, "base": Base}
    apps = {name: app_with(kind) for name, kind in kinds.items()}
    best = dict.fromkeys(apps, float("inf"))
    for _ in range(ROUNDS):
        for name, app in apps.items():
            start = process_time()
            for _ in range(REQUESTS):
                await ask(app)
            best[name] = min(best[name], process_time() - start)
    return best


if __name__ == "__main__":
    took = asyncio.run(measure())
    lines = [
        "what a request through three empty layers takes, where without any it takes 1:",
        f"pure ASGI            {took['pure'] / took['none']:.1f}",
        f"BaseHTTPMiddleware   {took['base'] / took['none']:.1f}",
    ]
    print("\n".join(lines))  # noqa: T201
