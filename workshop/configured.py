"""What settings decide and no answer shows: how they print, connections, an absent database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workshop.hosts import Host
from workshop.patience import Patience
from workshop.scene import Scene
from workshop.seen import Seen, Unmet


class Configured:
    """The part of an app that is about its settings and its database."""

    scene: Scene
    host: Host

    def begin(self, method: str, path: str, **request: Any) -> Any:
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        raise NotImplementedError

    def printed_settings(self, **given: str) -> Seen:
        """How the app's settings print, by repr and by str, with these `given`."""
        return Seen("settings printed:", self._settings(given)["printed"], plain=True)

    @property
    def changed_settings(self) -> Seen:
        """The settings that can be changed once they are made."""
        return Seen("settings that could be changed", self._settings({})["changed"])

    def _settings(self, given: dict[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = self.host.ask("settings", self.host.deadline, given=given)
        return told

    @property
    def log(self) -> Seen:
        """All that the app logged and printed since it was started."""
        records = [f"{one['logger']}: {one['message']}" for one in self.told()["records"]]
        return Seen("the log:", "\n".join([*records, *self.host.printed()]), plain=True)

    @contextmanager
    def holding(self, requests: int) -> Iterator[Seen]:
        """Database connections in use while so many requests want one, and keep it.

        Their route is "hold"; those that get none wait for one.
        """
        pending = [self.begin("GET", "/check/hold") for _ in range(requests)]
        patience, out = Patience(self.host.deadline), None
        while out is None and patience.lasts():
            out = self.host.ask("at_once", self.host.deadline, requests=requests, patience=0.05)
        if out is None:
            pending[-1].overdue()
        self.scene.then(f"{requests} requests at once, each of which uses the database")
        try:
            yield Seen("database connections in use:", out, plain=True)
        finally:
            self.host.ask("let_go", self.host.deadline)
        for one in pending:
            one.answer()

    @property
    def kept_connections(self) -> Seen:
        """Database connections that are open still."""
        counts = self.told()["connections"]
        return Seen("database connections kept:", counts["opened"] - counts["closed"], plain=True)

    @property
    def lost_connections(self) -> Seen:
        """Database connections that no request uses, and that never went back."""
        out = self.host.ask("given_back", self.host.deadline, patience=1)
        return Seen("database connections in use:", out, plain=True)

    def cut_connections(self) -> None:
        """Close the app's database connections from the other side."""
        self.host.ask("cut", self.host.deadline)
        self.scene.then("the database was restarted: every connection to it is closed")

    @contextmanager
    def failing_statements(self) -> Iterator[None]:
        """Let every statement fail."""
        with self._statements("fail", "the database fails every statement"):
            yield

    @contextmanager
    def waiting_statements(self) -> Iterator[None]:
        """Let every statement wait for as long as the app does."""
        with self._statements("wait", "the database answers no statement"):
            yield

    @contextmanager
    def _statements(self, go: str, told: str) -> Iterator[None]:
        self.host.ask("statements", self.host.deadline, go=go)
        self.host.ask("forget_statements", self.host.deadline)
        self.scene.then(told)
        yield
        self.host.ask("statements", self.host.deadline, go="pass")
        self.scene.then("the database answers again")


class Refusal:
    """What the start of an app said that had to fail."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.said: str = error["said"]
        self.whole: str = error["whole"]

    def names(self, variable: str) -> None:
        """Raise Unmet unless the error says which variable is wrong."""
        if variable.lower() not in self.said.lower():
            raise Unmet(f"an error that doesn't: {self.first}", f"an error that names {variable}")

    def hides(self, secret: str) -> None:
        """Raise Unmet where anything on the terminal shows a secret."""
        shown = [line.strip() for line in self.whole.splitlines() if secret in line]
        if shown:
            raise Unmet(f"on the terminal: {shown[0]}", f"nothing that shows {secret}")

    @property
    def first(self) -> str:
        """What the exception says first; of a ValidationError the first field and its fault."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        if "validation error" in lines[0]:
            return " ".join(lines[1:3]).partition(" [type=")[0]
        return lines[0]
