"""One side of the comparison: an app that is asked a sequence, and what its answers say.

Ids, tokens and ETags are each side's own, so what is compared is freed of them: a todo is known by
its order of creation. Times that the app makes, wordings, extra fields and headers are left out.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop.answers import Answer, Pending
from workshop.client import App, Requests
from workshop.seen import MISSING
from workshop.steps import NOWHERE, Step

TODOS = "/api/v1/todos"
NO_SUCH_ID = 987_654_321
KEPT_USERS = ("ada@example.com", "bob@example.com")

Told = dict[str, Any]
"""What an answer says, by field: the status first."""


@dataclass
class Made:
    """A todo that this side made: its own id and ETag, and whose it is."""

    number: int
    etag: str
    who: str


class Side:
    """An app under comparison. `promised` maps a kind of step to the fields that are compared."""

    def __init__(self, app: App, promised: dict[str, list[str]], people: list[str]) -> None:
        self.app = app
        self.promised = promised
        self.made: list[Made] = []
        for name in people:
            if name:
                app.user(name)

    def empty(self) -> None:
        """Back to the beginning: the people stay, and nothing else."""
        self.made = []
        with closing(sqlite3.connect(self.app.database, timeout=2)) as connection, connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            for (table,) in list(tables):
                if table != "users":
                    connection.execute(f"DELETE FROM {table}")
                else:
                    marks = ", ".join("?" * len(KEPT_USERS))
                    connection.execute(
                        f"DELETE FROM users WHERE email NOT IN ({marks})", KEPT_USERS
                    )

    def ask(self, step: Step) -> Pending | None:
        """Send a step; None where it would be at fault twice, or needs what isn't there."""
        who: Requests = self.app.user(step.who) if step.who else self.app
        anonymous: dict[str, Any] = {} if step.who else {"anonymous": True}
        made = self._made(step)
        faulty = step.kind.endswith("faulty")
        if faulty and self.app.logs_in and not step.who and step.kind != "register":
            return None
        if step.kind in ("change_faulty", "read_stale") and (made is None or made.who != step.who):
            return None
        number = NO_SUCH_ID if made is None else made.number
        one = f"{TODOS}/{number}"
        headers: dict[str, Any] = {}
        if step.kind == "read_stale":
            headers = {"headers": {"If-Match": '"older"'}}
        method, path, body = {
            "create": ("POST", TODOS, step.body),
            "create_faulty": ("POST", TODOS, step.body),
            "list": ("GET", TODOS, None),
            "page": ("GET", TODOS + step.query, None),
            "page_faulty": ("GET", TODOS + step.query, None),
            "read": ("GET", one, None),
            "read_stale": ("PATCH", one, {"title": "Too late"}),
            "change": ("PATCH", one, step.body),
            "change_faulty": ("PATCH", one, step.body),
            "delete": ("DELETE", one, None),
            "register": ("POST", "/api/v1/users", step.body),
            "me": ("GET", "/api/v1/users/me", None),
            "live": ("GET", "/health/live", None),
            "ready": ("GET", "/health/ready", None),
            "unknown": ("GET", "/api/v1/nothing", None),
            "ticket": ("POST", "/api/v1/ws/tickets", None),
            "login_wrong": ("POST", "/api/v1/auth/token", None),
        }[step.kind]
        if step.kind == "login_wrong":
            form = {"username": "ada@example.com", "password": "not hers"}
            return self.app.begin(method, path, data=form, anonymous=True)
        return who.begin(method, path, json=body, **headers, **anonymous)

    def _made(self, step: Step) -> Made | None:
        here = step.place != NOWHERE and step.place < len(self.made)
        return self.made[step.place] if here else None

    def told(self, answer: Answer, step: Step) -> Told:
        """What an answer says that was promised. Raises Unmet where none came."""
        status = answer.status
        if status.problem:
            raise status.problem
        told: Told = {"status": status.value}
        if answer.response is None or not answer.response.content:
            return told
        try:
            body = answer.response.json()
        except ValueError:
            return {**told, "body": "not JSON"} if status.value < 400 else told
        if status.value >= 400:
            return {**told, **self._problem(body)}
        if step.kind == "create" and isinstance(body, dict):
            etag = answer.response.headers.get("ETag", "")
            self.made.append(Made(body.get("id", NO_SUCH_ID), etag, step.who))
        for name in self.promised.get(step.kind, []):
            value = body.get(name, MISSING) if isinstance(body, dict) else MISSING
            told[name] = self._freed(name, value)
        return told

    def _problem(self, body: Any) -> Told:
        """Of an error its code, and from lesson 05 on which fields are at fault."""
        if "error" not in self.promised or not isinstance(body, dict):
            return {}
        error = body.get("error")
        code = error.get("code", MISSING) if isinstance(error, dict) else MISSING
        return {"error.code": code}

    def _freed(self, name: str, value: Any) -> Any:
        """A value without what is this side's own."""
        if name == "id":
            return self._order(value)
        if name == "items" and isinstance(value, list):
            return [self._item(one) for one in value]
        if name == "due_at" and isinstance(value, str):
            try:
                return datetime.fromisoformat(value).timestamp()
            except ValueError:
                return value
        return value

    def _item(self, one: Any) -> Any:
        one = one if isinstance(one, dict) else {}
        return {name: self._freed(name, one.get(name, MISSING)) for name in self.promised["item"]}

    def _order(self, value: Any) -> Any:
        for place, made in enumerate(self.made):
            if made.number == value:
                return f"todo {place + 1}"
        return value


def differences(yours: Told, reference: Told) -> list[tuple[str, Any, Any]]:
    """The fields that differ: name, yours, the reference's."""
    found = []
    for name in dict.fromkeys([*reference, *yours]):
        got, expected = yours.get(name, MISSING), reference.get(name, MISSING)
        if name == "items" and isinstance(got, list) and isinstance(expected, list):
            whole = reference.get("total", len(expected)) == len(expected)
            found += _items(got, expected, whole)
        elif got != expected:
            found.append((name, got, expected))
    return found


def _items(got: list[Any], expected: list[Any], whole: bool) -> list[tuple[str, Any, Any]]:
    """How two lists differ, whatever their order, which no chapter promises.

    Of a part of a longer list only the length is settled.
    """
    if len(got) != len(expected):
        return [("length of items", len(got), len(expected))]
    pairs = zip(sorted(got, key=_key), sorted(expected, key=_key), strict=True) if whole else ()
    return [
        (f"items[{place}].{name}", mine.get(name), theirs.get(name))
        for place, (mine, theirs) in enumerate(pairs)
        for name in theirs
        if mine.get(name) != theirs.get(name)
    ]


def _key(item: Told) -> str:
    return str(item.get("id"))
