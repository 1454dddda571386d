"""Requests that a lesson promises an answer to, made at random: what the comparison sends.

Only what the chapter settles is made: a request has one fault at most, a title is trimmed, a time
has its zone. Hypothesis draws the steps, and shrinks a sequence by leaving steps out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

LENGTH = 6
"""Requests in a sequence, at most."""

NOWHERE = -1
"""The place of a todo that never was."""

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True)
class Step:
    """One request. `place` is a todo by its order of creation, `who` asks, "" without a token."""

    kind: str
    who: str = ""
    place: int = 0
    body: Json = field(default_factory=dict)
    query: str = ""


TITLES = st.sampled_from(["Buy milk", "Call Ada", "Ünï", "x" * 200])
NOTES = st.sampled_from([None, "two litres", "line\nline"])
PRIORITIES = st.sampled_from([3, 1, 2, 4, 5])
TIMES = st.sampled_from([None, "2030-01-31T18:00:00Z", "2030-02-01T03:30:00+09:30"])
DONE = st.sampled_from([True, False])
BAD_BODIES: list[Json] = [
    {"title": ""},
    {"title": "   "},
    {"title": "x" * 201},
    {"title": None},
    {"title": 7},
    {"title": "Buy milk", "priority": 0},
    {"title": "Buy milk", "priority": 6},
    {"title": "Buy milk", "priority": "high"},
    {"title": "Buy milk", "colour": "red"},
    {"title": "Buy milk", "due_at": "2030-01-31T18:00:00"},
    {"title": "Buy milk", "due_at": "soon"},
    {"title": "Buy\x00milk"},
    {"title": "Buy milk", "notes": "x" * 10_001},
]
GOOD_QUERIES = [
    "",
    "?completed=true",
    "?completed=false",
    "?priority=2",
    "?size=1",
    "?size=1&page=2",
    "?page=2",
    "?size=100",
    "?page=10000",
    "?completed=true&priority=2&size=1",
]
BAD_QUERIES = [
    "?page=0",
    "?page=10001",
    "?size=0",
    "?size=101",
    "?priority=6",
    "?completed=maybe",
    "?colour=red",
    "?page=x",
]
BAD_PEOPLE: list[Json] = [
    {"password_again": "something else"},
    {"email": "nobody"},
    {"name": "ab"},
    {"name": "x" * 51},
    {"password": "short", "password_again": "short"},
    {"colour": "red"},
]


def todo_bodies() -> Strategy:
    """Bodies that make a todo, in every lesson."""
    return st.fixed_dictionaries(
        {"title": TITLES},
        optional={"notes": NOTES, "priority": PRIORITIES, "due_at": TIMES},
    )


def changes() -> Strategy:
    """Bodies of a PATCH; null clears what may be empty."""
    return st.fixed_dictionaries(
        {},
        optional={
            "title": TITLES,
            "notes": NOTES,
            "priority": PRIORITIES,
            "due_at": TIMES,
            "completed": DONE,
        },
    )


def people() -> Strategy:
    """Registrations: someone new, someone in another spelling, someone with one fault."""
    good = {"password": "correct horse battery", "password_again": "correct horse battery"}
    carl = {"email": "carl@example.com", "name": "Carl", **good}
    others: list[Json] = [
        carl,
        {**carl, "email": "CARL@example.com", "name": "Someone"},
        {**carl, "email": "other@example.com", "name": "CARL"},
        {**carl, "email": "dora@example.com", "name": "Dora"},
    ]
    return st.sampled_from(others + [{**carl, **fault} for fault in BAD_PEOPLE])


def faulty_changes() -> Strategy:
    """PATCH bodies with one fault."""
    own: list[Json] = [{"completed": None}, {"priority": None}, {"completed": "perhaps"}]
    faults = [{k: v for k, v in body.items() if v != "Buy milk"} for body in BAD_BODIES]
    return st.sampled_from(own + faults)


PLACES = st.sampled_from([0, 1, 2, NOWHERE])
MINE: dict[str, Strategy] = {
    "create": st.builds(lambda body: {"body": body}, todo_bodies()),
    "list": st.just({}),
    "read": st.builds(lambda place: {"place": place}, PLACES),
    "delete": st.builds(lambda place: {"place": place}, PLACES),
    "create_faulty": st.builds(lambda body: {"body": body}, st.sampled_from(BAD_BODIES)),
    "page": st.builds(lambda query: {"query": query}, st.sampled_from(GOOD_QUERIES)),
    "page_faulty": st.builds(lambda query: {"query": query}, st.sampled_from(BAD_QUERIES)),
    "change": st.builds(lambda place, body: {"place": place, "body": body}, PLACES, changes()),
    "change_faulty": st.builds(lambda body: {"body": body}, faulty_changes()),
    "read_stale": st.builds(lambda place: {"place": place}, PLACES),
    "ticket": st.just({}),
}
"""Steps on todos, by the kind that a lesson's promise names."""

OPEN: dict[str, Strategy] = {
    "register": st.builds(lambda body: {"body": body}, people()),
    "live": st.just({}),
    "ready": st.just({}),
    "unknown": st.just({}),
    "me": st.just({}),
    "login_wrong": st.just({}),
}
"""Steps that are about no todo."""


def sequences(kinds: list[str], who: list[str]) -> Strategy:
    """Sequences of the kinds that a lesson promises, asked by the people it knows.

    The first half mostly makes todos, so that the second half has some to be about.
    """

    def step(kind: str | None) -> Strategy:
        if kind is None:
            return st.none()
        more = {**MINE, **OPEN}[kind]
        return st.builds(lambda who, more: Step(kind, who, **more), st.sampled_from(who), more)

    early = st.sampled_from([None, *["create"] * len(kinds), *kinds]).flatmap(step)
    late = st.sampled_from([None, *kinds]).flatmap(step)
    slots = [early] * (LENGTH // 2) + [late] * (LENGTH - LENGTH // 2)
    return st.tuples(*slots).map(lambda drawn: [step for step in drawn if step is not None])
