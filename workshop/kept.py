"""A connection to an app that is kept for many requests: a fifth of what a new one each costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlencode


class Headers(Protocol):
    """An answer's headers, whatever the case of their names."""

    def get(self, name: str, /) -> str | None: ...


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: Headers
    content: bytes

    @property
    def body(self) -> Any:
        """The JSON that it holds; None where it holds none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


@dataclass(frozen=True)
class Request:
    """What is asked, and by whom: "" without a token. `note` says in the report what is special."""

    method: str
    path: str
    who: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    data: Mapping[str, str] | None = None
    content: bytes | None = None
    note: str = ""

    @property
    def bytes(self) -> tuple[bytes | None, str]:
        """The body and its type."""
        if self.data is not None:
            return urlencode(self.data).encode(), "application/x-www-form-urlencoded"
        if self.content is None and self.json is not None:
            return json.dumps(self.json).encode(), "application/json"
        return self.content, "application/json"


class Unanswered(Exception):
    """No answer came, or only a part of one."""


class Kept:
    """The connection. What was sent on one that the app has closed meanwhile is sent again."""

    def __init__(self, address: tuple[str, int], deadline: float | None) -> None:
        self.connection = HTTPConnection(*address, timeout=deadline)

    def send(self, request: Request, token: str | None) -> None:
        self.used = self.connection.sock is not None
        self.sent = request, token
        try:
            self._send()
        except OSError:
            self._again()

    def _send(self) -> None:
        request, token = self.sent
        body, kind = request.bytes
        headers = dict(request.headers)
        if body is not None:
            headers["Content-Type"] = kind
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(request.method, request.path, body, headers)

    def _again(self) -> None:
        """Raises Unanswered where the connection was a new one."""
        self.connection.close()
        if not self.used:
            raise Unanswered
        self.used = False
        try:
            self._send()
        except OSError as error:
            raise Unanswered from error

    def receive(self) -> Reply:
        """The answer to what was sent. Raises Unanswered."""
        try:
            response = self.connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        except TimeoutError as error:
            self.close()
            raise Unanswered from error
        except (HTTPException, OSError):
            self._again()
            return self.receive()

    def close(self) -> None:
        self.connection.close()
