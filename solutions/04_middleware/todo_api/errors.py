"""FastAPI's own 422 without what the client sent: until lesson 05."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


async def invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Not `input`, which may be a password; not `ctx`, which may not be JSON.
    details = [{key: one[key] for key in ("type", "loc", "msg")} for one in error.errors()]
    return JSONResponse({"detail": details}, status_code=422)


def install_errors(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, invalid)
