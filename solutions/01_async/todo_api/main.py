from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI

from todo_api.database import Sessions, open_database
from todo_api.routes import dashboard, health, todos
from todo_api.settings import Settings


class State(TypedDict):
    """What lives as long as the app; handlers find it in request.state."""

    settings: Settings
    client: httpx.AsyncClient
    sessions: Sessions


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        async with (
            # TODO_UPSTREAM_TIMEOUT is the deadline; httpx's own of 5 s would undercut a longer one.
            httpx.AsyncClient(timeout=None) as client,
            open_database(settings.database_url) as sessions,
        ):
            yield State(settings=settings, client=client, sessions=sessions)

    app = FastAPI(title="Todo API", lifespan=lifespan)
    for routes in (health, todos, dashboard):
        app.include_router(routes.router)
    return app
