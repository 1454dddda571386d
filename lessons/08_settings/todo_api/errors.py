"""One shape for every error: {"error": {"code", "message", "details", "request_id"}}."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from todo_api.layers import Layer, request_id

logger = logging.getLogger("todo_api.errors")

# Written out: the names in http.HTTPStatus differ from one Python to the next.
CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failed",
    413: "content_too_large",
    422: "invalid",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


def envelope(
    status: int, message: str, details: Any = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer that every error becomes."""
    error = {
        "code": CODES.get(status, "error"),
        "message": message,
        "details": details,
        "request_id": request_id.get(),
    }
    return JSONResponse({"error": error}, status, headers)


class TodoError(Exception):
    """The family: each kind of refusal is a class, and its status stands on it."""

    status = 400
    headers: Mapping[str, str] | None = None


class NotFound(TodoError):
    status = 404


class Unauthorized(TodoError):
    status = 401
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012


class Conflict(TodoError):
    status = 409


class Changed(TodoError):
    status = 412


class Unavailable(TodoError):
    status = 503


async def refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TodoError)
    return envelope(error.status, str(error), headers=error.headers)


def allowed(request: Request) -> str:
    """A path's methods. Starlette's own Allow has those of one route, and a path has several."""

    def has(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)

    return ", ".join(filter(has, ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")))


async def framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (204, 304):  # these have no body
        return Response(status_code=error.status_code, headers=error.headers)
    headers = error.headers
    if error.status_code == 405 and (methods := allowed(request)):
        headers = {"Allow": methods}
    return envelope(error.status_code, error.detail, headers=headers)


async def invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = [
        {"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()
    ]
    return envelope(422, "the request is not valid", details)


async def moved(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StaleDataError)
    return envelope(409, "this was changed meanwhile: read it again")


# PostgreSQL takes nobody in: it stops, starts, or has no connection left.
CLOSED = {"57P01", "57P02", "57P03", "53300"}


async def away(_request: Request, error: Exception) -> JSONResponse:
    """The database is gone or full: nothing is wrong with the request, and it may come again."""
    if isinstance(error, exc.DBAPIError):
        closed = getattr(error.orig, "sqlstate", None) in CLOSED
        if not (closed or error.connection_invalidated):
            raise error
    logger.warning("the database is away: %r", error)
    return envelope(503, "the database does not answer", headers={"Retry-After": "1"})


class CatchAll(Layer):
    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            logger.exception("fault")
            if started:
                # Half an answer is out: only a broken connection says that it is no whole one.
                raise
            await envelope(500, "something went wrong here")(scope, receive, send)


def install_errors(app: FastAPI) -> None:
    app.add_exception_handler(TodoError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(StaleDataError, moved)
    app.add_exception_handler(HTTPException, framework)
    # The driver's own errors, those of a pool that stays empty, and those of connecting.
    for kind in (exc.DBAPIError, exc.TimeoutError, ConnectionError, TimeoutError):
        app.add_exception_handler(kind, away)
