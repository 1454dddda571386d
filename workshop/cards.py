"""What the comparison with the reference can ask, in piles: a lesson's promise names its piles.

Only what the course settles lies here. A request has one fault at most; where two right answers
may differ, as on spaces around notes, it isn't asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOWHERE, HERE = -1, 0
"""No todo that ever was, and one that was made before; dealing says which."""

OWNER, STRANGER, NOBODY = "owner", "stranger", ""
"""Who asks: dealing says who that is, except for a request without a token."""

METHODS = ["POST", "PATCH", "DELETE"]
HEADERS = "authorization, content-type"
PAGE = "https://todo.example"
ELSEWHERE = "https://elsewhere.example"
LARGEST = 11_000
SETTINGS: dict[str, dict[str, str | int]] = {
    "browser": {"cors_origins": PAGE},
    "large": {"max_body_size": LARGEST},
}
"""What both apps are set to, where a pile needs it."""

UPSTREAMS: dict[str, dict[str, Any]] = {
    "weather": {"answer": {"sky": "clear"}},
    "news": {"answer": []},
    "tides": {"answer": {"error": "out of order"}, "status": 503},
    "stocks": {"answer": b"<html>Back soon</html>"},
}
"""What the upstreams of both apps answer."""


@dataclass(frozen=True)
class Step:
    """One request.

    `kind` says what is asked, `who` asks, "" without a token; `todo` is the number of the todo it
    is about, or that it makes. Of what breaks a rule `fault` names the field. `how` says what is
    special about it; `size` is how many bytes its body has, for which notes are added.
    """

    kind: str
    who: str = OWNER
    todo: int = NOWHERE
    body: dict[str, Any] | None = None
    query: str = ""
    fault: str = ""
    how: str = ""
    size: int = 0


Play = tuple[Step, ...]
"""Requests that belong together, as reading an ETag and using it."""

TITLES = ["Buy milk", "Buy milk", "Call Ada", "Ünï 🥛", "x", "x" * 200]
NOTES = ["two litres", "n" * 10_000, None]
PRIORITIES = [3, 1, 5, 2, 4]
TIMES = ["2030-01-31T18:00:00Z", "2030-02-01T03:30:00+09:30", "2030-01-31T23:30:00-05:00", None]
VALUES: dict[str, list[Any]] = {
    "title": TITLES,
    "notes": NOTES,
    "priority": PRIORITIES,
    "due_at": TIMES,
}
"""What a todo may be made of; the simplest comes first."""

UNKNOWN = "an unknown field"
FAULTS: list[tuple[str, str, Any]] = [
    ("title", "title", ""),
    ("title", "title", "   "),
    ("title", "title", "x" * 201),
    ("title", "title", None),
    ("title", "title", "Buy\x00milk"),
    ("notes", "notes", "n" * 10_001),
    ("notes", "notes", "Buy\x1bmilk"),
    ("priority", "priority", 0),
    ("priority", "priority", 6),
    ("priority", "priority", "high"),
    ("due_at", "due_at", "2030-01-31T18:00:00"),
    ("due_at", "due_at", "soon"),
    (UNKNOWN, "colour", "red"),
    (UNKNOWN, "id", 7),
]
"""The field at fault, then what is sent: its name and its value."""

FAULTS_OF_A_CHANGE: list[tuple[str, str, Any]] = [
    ("completed", "completed", None),
    ("completed", "completed", "perhaps"),
    ("priority", "priority", None),
]
CHANGES: list[dict[str, Any]] = [
    {},
    {"completed": True},
    {"completed": False},
    {"title": "Call Ada"},
    {"notes": "two litres"},
    {"notes": None},
    {"priority": 3},
    {"priority": 5, "completed": True},
    {"due_at": "2030-02-01T03:30:00+09:30"},
    {"due_at": None},
    {"title": "x" * 200, "notes": "n" * 10_000},
]
QUERIES = [
    "completed=true",
    "completed=false",
    "priority=3",
    "priority=5",
    "size=1",
    "size=1&page=2",
    "page=2",
    "size=100",
    "page=10000",
    "completed=true&priority=5&size=1",
    "completed=false&size=2&page=2",
]
BAD_QUERIES = [
    ("page", "page=0"),
    ("page", "page=10001"),
    ("page", "page=x"),
    ("size", "size=0"),
    ("size", "size=101"),
    ("priority", "priority=0"),
    ("priority", "priority=6"),
    ("completed", "completed=maybe"),
    (UNKNOWN, "colour=red"),
]


def person(name: str, password: str = "correct horse battery", **other: str) -> dict[str, Any]:
    """What registers somebody called `name`."""
    email = f"{name.lower()}@example.com"
    return {
        "email": email,
        "name": name,
        "password": password,
        "password_again": password,
        **other,
    }


def register(fault: str = "", **fields: Any) -> Step:
    return Step("register", NOBODY, body={**person("Erin"), **fields}, fault=fault)


CARL = Step("register", NOBODY, body=person("Carl"))
SHORT, LONG = "7 chars", "p" * 129
PEOPLE: list[Play] = [
    (Step("register", NOBODY, body=person("Dot", "8 chars!")),),
    (Step("register", NOBODY, body=person("d" * 50, "p" * 128, email="d@example.com")),),
    (CARL, CARL),
    (CARL, register(email="CARL@example.com")),
    (CARL, register(name="CARL")),
]
PEOPLE_AT_FAULT = [
    register("email", email="erin"),
    register("name", name="er"),
    register("name", name="e" * 51),
    register("password", password=SHORT, password_again=SHORT),
    register("password", password=LONG, password_again=LONG),
    register("passwords that differ", password_again="correct horse batterie"),
    register(UNKNOWN, is_admin="true"),
]
READ = Step("read", OWNER, HERE)
# What only this gives a todo, so it changes something.
MOVE, NOTED = (
    Step("change", OWNER, HERE, body, how="moves")
    for body in ({"title": "Call Bob"}, {"notes": "three litres"})
)


def matched(kind: str, how: str) -> Step:
    return Step(kind, OWNER, HERE, {"completed": True} if kind == "change" else None, how=how)


def about(who: str, todo: int) -> list[Play]:
    """Each verb on one todo."""
    change = Step("change", who, todo, {"completed": True})
    return [(Step("read", who, todo),), (change,), (Step("delete", who, todo),)]


def alone(steps: list[Step]) -> list[Play]:
    return [(step,) for step in steps]


MILK = {"title": "Buy milk"}
PILES: dict[str, list[Play]] = {
    # 01
    "read": alone([READ]),
    "delete": alone([Step("delete", OWNER, HERE)]),
    "missing": about(OWNER, NOWHERE)[::2],
    "gone": [(Step("delete", OWNER, HERE), step) for step in (READ, Step("delete", OWNER, HERE))],
    "list": alone([Step("list")]),
    "health": alone([Step("live", NOBODY), Step("ready", NOBODY)]),
    "dashboard": alone([Step("dashboard", NOBODY)]),
    # 02
    "follow": alone([Step("follow", OWNER, HERE)]),
    "change": alone([Step("change", OWNER, HERE, body) for body in CHANGES]),
    "missing change": [about(OWNER, NOWHERE)[1]],
    "spaces": alone(
        [
            Step("create", body={"title": "  Buy milk "}),
            Step("create", body={"title": " " + "x" * 200}),
            Step("change", OWNER, HERE, {"title": " Call Ada  "}),
        ]
    ),
    "faults": alone(
        [
            *(Step("create", body={**MILK, name: v}, fault=fault) for fault, name, v in FAULTS),
            *(
                Step("change", OWNER, HERE, {name: v}, fault=fault)
                for fault, name, v in FAULTS + FAULTS_OF_A_CHANGE
            ),
        ]
    ),
    "pages": alone([Step("list", query=f"?{query}") for query in QUERIES]),
    "no pages": alone([Step("list", query=f"?{q}", fault=fault) for fault, q in BAD_QUERIES]),
    "people": PEOPLE,
    "no people": alone(PEOPLE_AT_FAULT),
    # 03
    "me": alone(
        [Step("me"), Step("me", STRANGER), Step("me", NOBODY)]
        + [Step("me", NOBODY, how=how) for how in ("broken", "expired", "forged", "of nobody")]
    ),
    "login": alone([Step("login", NOBODY, how=how) for how in ("right", "wrong", "unknown")]),
    "strangers": about(STRANGER, HERE),
    "anonymous": [
        *about(NOBODY, HERE),
        (Step("list", NOBODY),),
        (Step("create", NOBODY, body=MILK),),
    ],
    # 04
    "ids": alone(
        [Step("live", NOBODY, how=f"id {one}") for one in ("a-Z-0-9", "i" * 64, "i" * 65, "no id")]
    ),
    "large": alone(
        [
            Step("create", body=MILK, size=LARGEST),
            Step("create", body=MILK, size=LARGEST + 1, fault="a byte too many"),
        ]
    ),
    "browser": alone(
        [Step("preflight", NOBODY, how=f"{method} {HEADERS}") for method in METHODS]
        + [Step("preflight", NOBODY, how="foreign")]
        + [Step("list", how="page"), Step("list", NOBODY, how="page")]
    ),
    # 05
    "match": [
        (READ, matched("change", "fresh")),
        (READ, matched("delete", "fresh")),
        (READ, MOVE, matched("change", "stale")),
        (READ, NOTED, matched("change", "stale")),
        (READ, NOTED, matched("delete", "stale")),
    ],
    "browser match": alone(
        [Step("preflight", NOBODY, how=f"{method} {HEADERS}, if-match") for method in METHODS[1:]]
    ),
    "paths": alone([Step("unknown", NOBODY), Step("wrong method", NOBODY)]),
}
"""By name, in the order of the lessons that bring them."""
