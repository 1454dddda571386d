"""For tests with httpx.AsyncClient, which enters no lifespan: this does, and hands its state on.

    async with LifespanManager(app) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            ...

asgi-lifespan, a package, does the same with deadlines.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass
class Manager:
    app: ASGIApp


@asynccontextmanager
async def LifespanManager(app: FastAPI) -> AsyncIterator[Manager]:
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        yield Manager(with_state)
