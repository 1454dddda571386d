"""What a lesson's checks are written with.

    from workshop.checks import App, a_number, task

    @task(3)
    def a_new_todo_is_201_and_whole(app: App) -> None:
        '''a new todo is answered with 201

        201 tells a client that something new exists; 200 does not.
        '''
        assert app.post("/api/v1/todos", {"title": "Buy milk"}).status == 201

The docstring's first line is the promise, its second paragraph the why. The fixtures are `app`,
a running app; `start_app`, to start one with settings; `upstream`, to have a server asked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from workshop.answers import Answer
from workshop.client import App, User
from workshop.configured import Refusal
from workshop.seen import MISSING, Like, Seen, Unmet, a_number, a_text, an_instant, one_of
from workshop.suites import Suite
from workshop.upstreams import Upstream

Check = TypeVar("Check", bound=Callable[..., None])


@dataclass(frozen=True)
class Marked:
    """What `@task` says of a check; a `lasting` one runs in later lessons too, by default."""

    task: int
    lasting: bool
    at: str


def task(number: int, *, lasting: bool = False, at: str = "") -> Callable[[Check], Check]:
    """Make a function a check of the lesson's task `number`.

    Of a task that has several places, `at` is the file where the check looks for blame, and which
    of the places in it: "settings.py:2".
    """

    def mark(check: Check) -> Check:
        check.__dict__["marked"] = Marked(number, lasting, at)
        return check

    return mark


def marked(check: Any) -> Marked | None:
    """What `@task` says of `check`; None where it isn't one."""
    return getattr(check, "__dict__", {}).get("marked")


def promise_of(check: Callable[..., Any]) -> tuple[str, str]:
    """The promise and the why of a check, a line each."""
    promise, _, why = (inspect.getdoc(check) or "").partition("\n\n")
    return " ".join(promise.split()), " ".join(why.partition("\n\n")[0].split())


__all__ = [
    "MISSING",
    "Answer",
    "App",
    "Like",
    "Refusal",
    "Seen",
    "Suite",
    "Unmet",
    "Upstream",
    "User",
    "a_number",
    "a_text",
    "an_instant",
    "one_of",
    "task",
]
