"""One side of the comparison: an app that is asked a sequence, and what its answers say.

Ids, tokens, ETags and the paths in Location are each side's own: every side keeps its own.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from workshop import tokens
from workshop.answers import Pending
from workshop.cards import ELSEWHERE, LARGEST, NOWHERE, PAGE, Step
from workshop.client import PASSWORD, App
from workshop.facts import (
    Fact,
    Own,
    Told,
    header,
    held,
    instant_of,
    lets_in,
    preflight,
    refusal,
    said,
)
from workshop.kept import Kept, Reply, Request
from workshop.seen import MISSING

TODOS = "/api/v1/todos"
ROUTES = {
    "create": ("POST", TODOS),
    "list": ("GET", TODOS),
    "read": ("GET", f"{TODOS}/{{}}"),
    "change": ("PATCH", f"{TODOS}/{{}}"),
    "delete": ("DELETE", f"{TODOS}/{{}}"),
    "register": ("POST", "/api/v1/users"),
    "me": ("GET", "/api/v1/users/me"),
    "login": ("POST", "/api/v1/auth/token"),
    "dashboard": ("GET", "/api/v1/dashboard"),
    "live": ("GET", "/health/live"),
    "ready": ("GET", "/health/ready"),
    "unknown": ("GET", "/api/v1/nothing"),
    "wrong method": ("POST", "/health/live"),
    "preflight": ("OPTIONS", TODOS),
}
SHAPES = {
    **dict.fromkeys(("create", "read", "follow", "change"), "todo"),
    **dict.fromkeys(("register", "me"), "user"),
    **dict.fromkeys(("live", "ready"), "health"),
}
"""What an answer holds, where it isn't called as what was asked."""

NO_SUCH_ID = 987_654_321
EMAIL = "ada@example.com"
LOGINS = {
    "right": {"username": EMAIL, "password": PASSWORD},
    "wrong": {"username": EMAIL, "password": "not her password"},
    "unknown": {"username": "nobody@example.com", "password": PASSWORD},
}
FORMS = {"broken": "is the word nonsense", "expired": "has expired", "of nobody": "is nobody's"}
ANOTHER_KEY = "another app's secret, of more than 32 characters"


def sized(body: dict[str, Any], size: int) -> bytes:
    """A todo as JSON of that many bytes; JSON writes an é in six of them."""
    left = size - len(json.dumps({**body, "notes": ""}))
    return json.dumps({**body, "notes": "é" * (left // 6) + "n" * (left % 6)}).encode()


@dataclass
class Made:
    """A todo that this side made. `gone` is how many were made when it was deleted."""

    number: Any
    who: str
    location: str | None
    updated: datetime | None
    etag: str | None = None
    older: str | None = None
    moved: bool = False
    gone: int | None = None


class Side:
    """An app under comparison."""

    def __init__(
        self,
        app: App,
        database: Path,
        promise: dict[str, list[str]],
        people: list[str],
        deadline: float | None,
    ) -> None:
        self.app = app
        self.database = database
        self.promise = promise
        self.made: dict[int, Made] = {}
        self.taken: set[str] = set()
        self.kept = Kept(app.address, deadline)
        # In this order the first todo and who mostly makes it have different ids.
        self.people = [app.user(name).name for name in reversed(people) if name]

    def empty(self) -> None:
        """Back to the beginning: the people stay, and nothing else. Raises OperationalError."""
        self.made = {}
        self.taken = set()
        marks = ", ".join("?" * len(self.people))
        emails = [f"{name}@example.com" for name in self.people]
        with closing(sqlite3.connect(self.database, timeout=1)) as connection, connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            for (table,) in list(tables):
                if table != "users":
                    connection.execute(f"DELETE FROM {table}")
                else:
                    connection.execute(f"DELETE FROM users WHERE email NOT IN ({marks})", emails)

    @property
    def ids(self) -> dict[int, Any]:
        """This side's id of each todo."""
        return {todo: made.number for todo, made in self.made.items()}

    def send(self, request: Request) -> None:
        """Ask on the connection that is kept; `kept.receive` has the answer."""
        token = self.app.user(request.who).token if request.who else None
        self.kept.send(request, token)

    def show(self, request: Request) -> Pending:
        """Ask as a check does, so that the report shows it."""
        more: dict[str, Any] = {"json": request.json, "data": request.data, "note": request.note}
        headers = dict(request.headers)
        if request.content is not None:
            headers["Content-Type"] = "application/json"
            more["content"] = request.content
        if request.who:
            user = self.app.user(request.who)
            return user.begin(request.method, request.path, headers=headers, **more)
        return self.app.begin(request.method, request.path, headers=headers, anonymous=True, **more)

    def request(self, step: Step) -> Request | None:
        """The request; None where nothing settles its answer, as when it is at fault twice."""
        made = self.made.get(step.todo)
        if step.kind == "register" and not self._settled(step.body or {}, step.fault):
            return None
        if step.todo != NOWHERE and not self._known(step, made):
            return None
        if step.kind == "follow":
            assert made is not None
            path = urlsplit(urljoin(self.app.base + TODOS, made.location or "")).path
            return Request("GET", path, step.who, note="the path in Location")
        method, path = ROUTES[step.kind]
        path = path.format(NO_SUCH_ID if made is None else made.number) + step.query
        headers = self._headers(step, made)
        notes = [f"{name}: {value}" for name, value in headers.items() if name != "Authorization"]
        if step.kind == "me" and step.how:
            notes.append(f"its token {FORMS.get(step.how, 'is signed with another key')}")
        elif self.people and not step.who and step.kind in ("create", "list", "read", "me"):
            notes.append("without a token")
        if step.size:
            notes.append(f"TODO_MAX_BODY_SIZE={LARGEST}")
        return Request(
            method,
            path,
            step.who,
            headers,
            None if step.size else step.body,
            LOGINS[step.how] if step.kind == "login" else None,
            sized(step.body or {}, step.size) if step.size else None,
            ", ".join(notes),
        )

    def _settled(self, body: dict[str, Any], fault: str) -> bool:
        """Whether a registration has one fault at most; in capitals nobody is new."""
        email, name = body["email"], body["name"]
        taken = bool(self.taken & {email.lower(), name.casefold()})
        return not taken if fault else taken or email == email.lower()

    def _known(self, step: Step, made: Made | None) -> bool:
        """Whether a todo is there in the state that a step needs."""
        if step.kind == "create":
            return True
        if made is None:
            return False
        mine = made.who == step.who
        if made.gone is not None:
            # Its id may have been given again since.
            return mine and not (step.fault or step.how) and made.gone == len(self.made)
        if step.kind == "follow":
            return mine and made.location is not None
        if step.how == "moves":
            return mine and not made.moved
        if step.how in ("fresh", "stale"):
            return mine and (made.etag if step.how == "fresh" else made.older) is not None
        return mine or not step.fault

    def _headers(self, step: Step, made: Made | None) -> dict[str, str]:
        if step.kind == "preflight":
            method, _, headers = step.how.partition(" ")
            origin = ELSEWHERE if step.how == "foreign" else PAGE
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            if headers:
                asked["Access-Control-Request-Method"] = method
                asked["Access-Control-Request-Headers"] = headers
            return asked
        if step.kind == "me" and step.how:
            return {"Authorization": f"Bearer {self._forged(step.how)}"}
        if step.how == "page":
            return {"Origin": PAGE}
        if step.how.startswith("id "):
            return {"X-Request-ID": step.how[3:]}
        etag = made and {"fresh": made.etag, "stale": made.older}.get(step.how)
        return {"If-Match": etag} if etag else {}

    def _forged(self, how: str) -> str:
        ada = str(self.app.user("ada").id)
        if how == "expired":
            return tokens.forge({"sub": ada, "exp": int(time.time()) - 60})
        if how == "forged":
            return tokens.forge({"sub": ada}, key=ANOTHER_KEY)
        return "nonsense" if how == "broken" else tokens.forge({"sub": str(NO_SUCH_ID)})

    def told(self, step: Step, request: Request, reply: Reply) -> Told:
        """What an answer says that was promised."""
        if step.kind == "preflight":
            return preflight(step, reply)
        body = reply.body if isinstance(reply.body, dict) else {}
        told = {"status": Fact(reply.status, reply.status)}
        names = self.promise.get("every", [])
        if reply.status >= 400:
            names = [*self.promise.get("refused", []), *names]
            told |= refusal(names, step, reply, body)
        else:
            self._before(step, reply, body)
            shape = SHAPES.get(step.kind, step.kind)
            names = [*self.promise.get(shape, []), *names]
            names += self.promise.get(step.kind, []) if shape != step.kind else []
            told |= {name: self._fact(name, step, body) for name in names if name[0].islower()}
            self._after(step, reply, body)
        for name in names:
            if name[0].isupper():
                told |= header(name, step, request, reply)
        if step.how == "page":
            told |= lets_in(reply, PAGE)
        return told

    def _before(self, step: Step, reply: Reply, body: dict[str, Any]) -> None:
        """Know a new todo, and a new person."""
        if step.kind == "create":
            updated = instant_of(body.get("updated_at"))
            location = reply.headers.get("Location")
            self.made[step.todo] = Made(body.get("id", MISSING), step.who, location, updated)
        if step.kind == "register" and step.body:
            self.taken |= {step.body["email"].lower(), step.body["name"].casefold()}

    def _after(self, step: Step, reply: Reply, body: dict[str, Any]) -> None:
        """Know what has become of a todo."""
        made = self.made.get(step.todo)
        if made is None:
            return
        if step.kind == "delete":
            made.gone = len(self.made)
        if step.kind in ("read", "follow", "change"):
            made.updated = instant_of(body.get("updated_at")) or made.updated
        if step.kind == "read":
            made.etag = reply.headers.get("ETag")
        if step.kind == "change":
            if step.how == "moves":
                made.older, made.moved = made.etag, True
            made.etag = None

    def _fact(self, name: str, step: Step, body: dict[str, Any]) -> Fact:
        value = body.get(name, MISSING)
        if name == "items" and isinstance(value, list):
            return Fact([self._item(one if isinstance(one, dict) else {}) for one in value], value)
        if name == "updated_at" and step.kind == "change" and step.body == {}:
            made = self.made[step.todo]
            return held(instant_of(value) == made.updated, value, "as it was")
        if step.kind in ("register", "me") and name == "id":
            return held(type(value) is int, value, "a number")
        return self._field(name, value)

    def _item(self, item: dict[str, Any]) -> Told:
        return {name: self._field(name, item.get(name, MISSING)) for name in self.promise["todo"]}

    def _field(self, name: str, value: Any) -> Fact:
        if name != "id":
            return said(name, value)
        living = [todo for todo, made in self.made.items() if made.gone is None]
        known = [todo for todo in living if self.made[todo].number == value]
        return Fact(Own(known[-1]), value) if known else Fact(value, value)
