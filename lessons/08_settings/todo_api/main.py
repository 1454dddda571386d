import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI

from todo_api.database import Sessions, open_database
from todo_api.docs import install_docs
from todo_api.errors import install_errors
from todo_api.events import Hub
from todo_api.logs import install_logs
from todo_api.middleware import install_middleware
from todo_api.openapi import errors
from todo_api.routes import auth, dashboard, health, sockets, todos, users
from todo_api.security import hash_password
from todo_api.settings import Settings

logger = logging.getLogger("todo_api.start")


class State(TypedDict):
    """What lives as long as the app; handlers find it in request.state."""

    settings: Settings
    client: httpx.AsyncClient
    sessions: Sessions
    decoy: str
    hub: Hub


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    install_logs()
    logger.info("started with %r", settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        async with (
            # No limit of its own: TODO_UPSTREAM_TIMEOUT alone says how long an upstream may take.
            httpx.AsyncClient(timeout=None) as client,
            open_database(settings) as sessions,
        ):
            # Checked where a login names nobody, so that it takes as long as any other.
            decoy = await hash_password("nobody has this password", settings.password_cost)
            yield State(settings=settings, client=client, sessions=sessions, decoy=decoy, hub=Hub())

    # TODO 08.4: in production neither /docs nor /openapi.json
    openapi_url = "/openapi.json"
    # end 08.4
    app = FastAPI(
        title=settings.app_name,
        lifespan=lifespan,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        responses=errors(413, 429, 500),  # by the layers, whatever the route
    )
    install_docs(app)
    for routes in (health, todos, users, auth, dashboard, sockets):
        app.include_router(routes.router)
    install_errors(app)
    install_middleware(app, settings)
    return app
