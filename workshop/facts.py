"""What an answer says that was promised, and how two answers differ in it.

A fact has a meaning, which is compared, and is shown as it was answered: "18:00Z" and "18:00+00:00"
mean the same. What no promise names is no fact.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workshop.cards import ELSEWHERE, PAGE, Step
from workshop.kept import Reply, Request
from workshop.seen import MISSING, Like, same
from workshop.words import shorten

TIMES = ("created_at", "updated_at")
ECHOED = 5
"""Letters from which on a text in an error is taken for what was sent, not for chance."""


@dataclass(frozen=True)
class Own:
    """A todo's id, which each side gives as it likes: the number is the comparison's own."""

    todo: int


@dataclass(frozen=True)
class Fact:
    meaning: Any
    shown: Any


Told = dict[str, Fact]
"""What an answer says, by field: the status first."""

Difference = tuple[str, Any, Any]
"""A field, what your app says, and what the reference says."""


def said(name: str, value: Any) -> Fact:
    """What a field says, where that is the same for everyone."""
    instant = instant_of(value) if name == "due_at" or name in TIMES else None
    if instant is not None:
        return Fact("a time" if name in TIMES else instant, value)
    if name == "token_type" and isinstance(value, str):
        return Fact(value.lower(), value)
    return Fact(value, value)


def held(kept: bool, value: Any, promised: str) -> Fact:
    """A promise about a value that may be kept in many ways, and in whose words it is shown."""
    return Fact(kept, Like(promised, lambda _: kept) if kept else value)


def header(name: str, step: Step, request: Request, reply: Reply) -> Told:
    """What a header says, where something is promised of it."""
    value = reply.headers.get(name)
    label, missing = f"header {name}", MISSING if value is None else value
    if name == "X-Request-ID":
        kept = "the one that was sent" if value == request.headers.get(name) else "a new one"
        return {label: Fact(kept, Like(kept, lambda _: True)) if value else said(name, missing)}
    if name == "WWW-Authenticate":
        if reply.status != 401 or step.kind == "login":
            return {}
        return {label: held((value or "").lower().split()[:1] == ["bearer"], missing, '"Bearer"')}
    if name == "Allow" and reply.status != 405:
        return {}
    promised = {"Allow": "the methods that are there", "ETag": "an ETag"}.get(name, "a path")
    return {label: held(value is not None, missing, promised)}


def refusal(names: list[str], step: Step, reply: Reply, body: dict[str, Any]) -> Told:
    """What a refusal says in its body: of its message only that there is one."""
    error = body.get("error")
    error = error if isinstance(error, dict) else {}
    told: Told = {}
    for name in names:
        value = error.get(name.removeprefix("error."), MISSING)
        if name == "error.code":
            told[name] = Fact(value, value)
        elif name == "error.message":
            told[name] = held(isinstance(value, str) and value != "", value, "a text")
        elif name == "error.request_id":
            same_id = value == reply.headers.get("X-Request-ID")
            told[name] = held(same_id, value, "the one in the header X-Request-ID")
        elif name == "error.details" and reply.status == 422 and step.fault.isidentifier():
            named = re.search(rf"\b{step.fault}\b", json.dumps(value, default=str)) is not None
            told[name] = held(named, value, f'something that names "{step.fault}"')
        elif name == "answer":
            text = reply.content.decode(errors="replace")
            sent = [one for one in (step.body or {}).values() if isinstance(one, str)]
            echoed = [one for one in sent if len(one) >= ECHOED and one in text]
            without = f'without "{shorten(echoed[0] if echoed else "", 30)}"'
            told[name] = held(not echoed, text, without)
    return told


def lets_in(reply: Reply, origin: str) -> Told:
    """Whether a browser shows the answer to a page of `origin`."""
    name = "Access-Control-Allow-Origin"
    value = reply.headers.get(name)
    return {f"header {name}": held(value in (origin, "*"), value or MISSING, f'"{origin}"')}


def preflight(step: Step, reply: Reply) -> Told:
    """Whether a browser would send what it asked about."""
    if step.how == "foreign":
        [(name, fact)] = lets_in(reply, ELSEWHERE).items()
        return {name: held(not fact.meaning, fact.shown, "missing")}
    told = {"status": Fact(reply.status < 300, reply.status), **lets_in(reply, PAGE)}
    method, _, headers = step.how.partition(" ")
    for name, wanted in (("Methods", method), ("Headers", headers)):
        value = reply.headers.get(f"Access-Control-Allow-{name}")
        listed = {one.strip().lower() for one in (value or "").split(",")}
        kept = "*" in listed or set(wanted.lower().split(", ")) <= listed
        label = f"header Access-Control-Allow-{name}"
        told[label] = held(kept, value or MISSING, f"with {wanted}")
    return told


def instant_of(value: Any) -> datetime | None:
    """The moment that a text names; None where it names none, or not its zone."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo is not None else None


def difference(yours: Told, reference: Told, ids: dict[int, Any]) -> Difference | None:
    """The first field that differs; `ids` are your app's, by todo."""
    for name, expected in reference.items():
        got = yours.get(name, Fact(MISSING, MISSING))
        if name == "items" and isinstance(got.meaning, list):
            total = reference.get("total")
            whole = total is None or total.meaning == len(expected.meaning)
            if found := in_items(got.meaning, expected.meaning, whole, ids):
                return found
        elif not same(got.meaning, expected.meaning):
            return name, got.shown, shown(expected, ids)
    return None


def shown(expected: Fact, ids: dict[int, Any]) -> Any:
    """What the reference says, as your app would say it."""
    if isinstance(expected.meaning, Own):
        return ids.get(expected.meaning.todo, expected.shown)
    return expected.shown


def in_items(
    got: list[Told], expected: list[Told], whole: bool, ids: dict[int, Any]
) -> Difference | None:
    """How two lists differ, whatever their order, which nothing promises.

    Of a part of a longer list only the length is settled, and each todo that is on both.
    """
    if len(got) != len(expected):
        return "length of items", len(got), len(expected)
    theirs = {str(item["id"].meaning): item for item in expected}
    for place, mine in enumerate(got):
        if item := theirs.pop(str(mine["id"].meaning), None):
            for name, fact in item.items():
                if not same(mine[name].meaning, fact.meaning):
                    return f"items[{place}].{name}", mine[name].shown, shown(fact, ids)
        elif whole:
            one = Like("the id of a todo that is on the list", lambda _: False)
            return f"items[{place}].id", mine["id"].shown, one
    return None
