from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI

from todo_api.routes import health
from todo_api.settings import Settings


class State(TypedDict):
    """What lives as long as the app; handlers find it in request.state."""

    settings: Settings
    client: httpx.AsyncClient


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        async with httpx.AsyncClient() as client:
            yield State(settings=settings, client=client)

    app = FastAPI(title="Todo API", lifespan=lifespan)
    app.include_router(health.router)
    return app
