"""How much of a bare app's throughput the finished API keeps: at least 0.6, or it ends with 1.

    uv run python benchmarks/finished_api.py

The bare app makes the same two queries (who asks, and their todo) with no validation, login,
layers or response model. The third app is the finished API with its own layers written on
Starlette's BaseHTTPMiddleware. Each is a uvicorn process on SQLite; they are asked in turns, over
the same number of connections that are kept, and the medians are compared.
"""

import asyncio
import logging
import os
import signal
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from workshop.course import ROOT
from workshop.deployed import FOLDER, Api

AT_LEAST = 0.6
ROUNDS = 7
REQUESTS = 600
CONNECTIONS = 8


def finished() -> Any:
    from todo_api.main import create_app

    return create_app()


def bare() -> Any:
    """The same two queries, and nothing else."""
    from fastapi import FastAPI, Request
    from sqlalchemy import select
    from todo_api.database import open_database
    from todo_api.models import Todo, User
    from todo_api.settings import Settings

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_database(Settings()) as sessions:
            yield {"sessions": sessions}

    app = FastAPI(lifespan=lifespan)

    @app.get("/api/v1/todos/{number}")
    async def read(request: Request, number: int) -> dict[str, Any]:
        async with request.state.sessions() as session:
            user = await session.scalar(select(User).where(User.id == 1))
            own = select(Todo).where(Todo.id == number, Todo.owner_id == user.id)
            todo = await session.scalar(own)
            names = ("id", "title", "notes", "priority", "completed", "due_at")
            return {name: getattr(todo, name) for name in (*names, "created_at", "updated_at")}

    return app


def on_base_http_middleware() -> Any:
    """The finished API, its own layers on BaseHTTPMiddleware."""
    from fastapi import Request, Response
    from starlette.middleware.base import BaseHTTPMiddleware
    from todo_api import errors, limits, middleware
    from todo_api.main import create_app

    class Base(BaseHTTPMiddleware):
        def __init__(self, app: Any, **_: Any) -> None:
            super().__init__(app)

    class RequestId(Base):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            own = request.headers.get("X-Request-ID") or uuid.uuid4().hex
            middleware.request_id.set(own)
            response: Response = await call_next(request)
            response.headers["X-Request-ID"] = own
            return response

    class AccessLog(Base):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            began = time.perf_counter()
            response: Response = await call_next(request)
            told = {"status": response.status_code, "total_ms": time.perf_counter() - began}
            logging.getLogger("todo_api.access").info("request", extra=told)
            return response

    class SecurityHeaders(Base):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

    class CatchAll(Base):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            try:
                response: Response = await call_next(request)
            except Exception:
                return errors.envelope(500, "something went wrong here")
            return response

    class RateLimit(Base):
        def __init__(self, app: Any, settings: Any) -> None:
            super().__init__(app)
            self.limiter = limits.Limiter(settings.rate_limit_per_minute)

        async def dispatch(self, request: Request, call_next: Any) -> Response:
            if self.limiter.wait(request.client.host if request.client else ""):
                return errors.envelope(429, "too many requests")
            response: Response = await call_next(request)
            return response

    for layer in (RequestId, AccessLog, SecurityHeaders, CatchAll, RateLimit):
        setattr(middleware, layer.__name__, layer)
    return create_app()


async def ask(port: int, request: bytes, count: int) -> None:
    """Send a request so often, one after the other, on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-l"))
        await reader.readexactly(int(length.partition(b":")[2]))
    writer.close()
    await writer.wait_closed()


async def throughput(port: int, request: bytes) -> float:
    """Answers a second."""
    began = time.perf_counter()
    each = REQUESTS // CONNECTIONS
    await asyncio.gather(*(ask(port, request, each) for _ in range(CONNECTIONS)))
    return each * CONNECTIONS / (time.perf_counter() - began)


def main() -> int:
    paths = os.pathsep.join([str(FOLDER), str(ROOT), str(Path(__file__).parent)])
    apps = [finished, bare, on_base_http_middleware]
    person = {"email": "ada@example.com", "name": "ada"}
    passwords = {"password": "correct horse", "password_again": "correct horse"}
    form = {"username": "ada@example.com", "password": "correct horse"}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/todo.db"
        running = {
            app.__name__: Api(url, f"{Path(__file__).stem}:{app.__name__}", PYTHONPATH=paths)
            for app in apps
        }
        try:
            with httpx.Client(base_url=running["finished"].ready().base, trust_env=False) as client:
                client.post("/api/v1/users", json={**person, **passwords})
                token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
                headers = {"Authorization": f"Bearer {token}"}
                client.post("/api/v1/todos", json={"title": "Buy milk"}, headers=headers)
            request = (
                "GET /api/v1/todos/1 HTTP/1.1\r\nHost: api\r\n"
                f"Authorization: Bearer {token}\r\n\r\n"
            ).encode()
            taken: dict[str, list[float]] = {name: [] for name in running}
            for number in range(ROUNDS + 1):
                for name, api in running.items():
                    port = int(api.ready().base.rpartition(":")[2])
                    one = asyncio.run(throughput(port, request))
                    if number:  # the first round warms up
                        taken[name].append(one)
        finally:
            for api in running.values():
                api.end(signal.SIGKILL)
    base = statistics.median(taken["bare"])
    ratios = {name: statistics.median(times) / base for name, times in taken.items()}
    for name, ratio in ratios.items():
        told = f"  (at least {AT_LEAST})" if name == "finished" else ""
        print(f"{name:<24} {statistics.median(taken[name]):6.0f} a second  {ratio:4.2f}{told}")  # noqa: T201
    return 0 if ratios["finished"] >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
