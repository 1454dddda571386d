"""What /openapi.json says of errors: which of them a route may answer, and their one shape."""

from typing import Any

from pydantic import BaseModel

from todo_api.errors import CODES


class FieldError(BaseModel):
    field: str
    message: str


class Error(BaseModel):
    code: str
    message: str
    details: list[FieldError] | None
    request_id: str


class ErrorAnswer(BaseModel):
    error: Error


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=`, of an app, a router or a route: what each says is added."""
    return {
        status: {"model": ErrorAnswer, "description": CODES[status].replace("_", " ")}
        for status in statuses
    }
