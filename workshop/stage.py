"""What one check stands on: a host, a fresh app with its own database, upstreams, the scene."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workshop import words
from workshop.answers import process_ended
from workshop.births import FORKS
from workshop.client import App
from workshop.configured import Refusal
from workshop.course import Lesson
from workshop.hosts import Gone, Host, Hosts, Refused, Silent
from workshop.scene import Scene
from workshop.seen import Unmet
from workshop.tokens import SECRET
from workshop.trials import Trials
from workshop.upstreams import Upstream

START_WITHIN = 2.5
"""Seconds after which a start has failed; a right one takes 0.05, the first of all 0.3."""


class NotStarted(Exception):
    """The app can't be imported or started. `told` is the host's own account of it."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.told = told


def in_variables(how: dict[str, Any]) -> str:
    """The settings among the arguments of a start, as someone sets them."""
    settings = {k: v for k, v in how.items() if k not in ("beside", "inside", "routes")}
    said = {f"TODO_{name.upper()}": value for name, value in settings.items()}
    return ", ".join(f"no {k}" if v is None else f"{k}={v}" for k, v in said.items())


class Bench:
    """The host that the checks of a run use, one after the other; a new one where it ended."""

    def __init__(self, hosts: Hosts, *, inside: bool = False, forks: bool = FORKS) -> None:
        """`inside`, the host is a thread of this process, where a keyboard reaches it.

        Where forking isn't safe nothing `forks`: children are started one by one.
        """
        self.forks = forks
        self.hosts = hosts
        self.inside = inside
        self.host: Host | None = None
        self.clears = True
        self.other: Bench | None = None
        self._trials: Trials | None = None

    @property
    def trials(self) -> Trials:
        """Where a learner's tests are run on other APIs. Raises Lacking."""
        if self._trials is None:
            self._trials = Trials(fork=self.forks)
        return self._trials

    def beside(self) -> Bench:
        """Another one, for an app to compare with."""
        if self.other is None:
            self.other = Bench(self.hosts, inside=self.inside)
        return self.other

    def ready(self) -> Host:
        """A host with no app in it."""
        if self.host is not None and self.host.alive:
            try:
                if not self.clears:
                    raise Silent
                self.host.ask("clear", 1.0)
            except (Silent, Gone, Refused):
                # An app that doesn't stop would cost a second each check; a new host costs less.
                self.clears = False
                self.host.kill()
        if self.host is None or not self.host.alive:
            if self.inside:
                from workshop.inside import ThreadHost  # it imports the frameworks

            self.host = ThreadHost() if self.inside else self.hosts.bear()
        self.host.begin()
        return self.host

    def close(self) -> None:
        if self.host is not None:
            self.host.kill()
        self.host = None
        if self.other is not None:
            self.other.close()
        if self._trials is not None:
            self._trials.close()
        self._trials = None


class Stage:
    """Starts apps from the folder `code`, which holds a `todo_api`."""

    def __init__(self, bench: Bench, lesson: Lesson, code: Path, *, logs_in: bool) -> None:
        """`logs_in`: requests that need a login are made by ada, where none says who asks."""
        self.bench = bench
        self.lesson = lesson
        self.code = code
        self.logs_in = logs_in
        self.scene = Scene()
        self.host = bench.ready()
        self.apps: list[App] = []
        self.upstreams: list[Upstream] = []

    def start(
        self,
        *,
        upstreams: list[Upstream] | None = None,
        beside: App | None = None,
        zone: str | None = None,
        routes: list[str] | None = None,
        notifier: str | None = None,
        buffer: int | None = None,
        inside: Path | None = None,
        within: float = START_WITHIN,
        **settings: str | int | float | Path | None,
    ) -> App:
        """A running app with a fresh database; `settings` are TODO_ variables in lower case,
        None for one that isn't set.

        `beside` another app it is created from the same import. `zone` is the machine's time zone;
        `routes` are extra ones, see host.extras; a `notifier` that "tells" or "waits" stands in for
        the app's own; with a `buffer` the system keeps few bytes that a client hasn't read; it runs
        `inside` a folder. It has `within` seconds. Raises NotStarted.
        """
        file = self.bench.hosts.database()
        early = file.with_name("early.db")
        environment = {
            "TODO_DATABASE_URL": f"sqlite+aiosqlite:///{file}",
            "TODO_UPSTREAMS": json.dumps({up.name: up.url for up in upstreams or []}),
            "TODO_UPSTREAM_TIMEOUT": "30",
            "TODO_PASSWORD_COST": "1",
            "TODO_SECRET_KEY": SECRET,
            **{f"TODO_{name.upper()}": str(value) for name, value in settings.items()},
        }
        for name in [name for name, value in settings.items() if value is None]:
            del environment[f"TODO_{name.upper()}"]
        if zone is not None:
            environment["TZ"] = zone
        number = len(self.apps) + 1
        try:
            told = self.host.ask(
                "start",
                self.host.deadline and within,
                number=number,
                code=str(self.code),
                environment=environment,
                before={"TODO_DATABASE_URL": f"sqlite+aiosqlite:///{early}"},
                beside=beside is not None,
                routes=routes or [],
                notifier=notifier,
                buffer=buffer,
                inside=inside and str(inside),
                names=self.lesson.names,
            )
        except Silent:
            where = self.host.where()
            self.host.kill()
            line = where["held"] or next(iter(where["waits"]), None)
            raise NotStarted({"stage": "silent", "line": line}) from None
        except Gone:
            raise NotStarted({"stage": "gone", "unmet": process_ended(self.host)}) from None
        except Refused as refused:
            raise NotStarted(refused.told) from None
        app = App(self.scene, self.host, number, told["port"], file, early, self.logs_in)
        self.apps.append(app)
        return app

    def refuse(self, **how: Any) -> Refusal:
        """A start that must fail; `how` is as for `start`. Raises Unmet, or NotStarted."""
        self.scene.then(f"the app was started with {in_variables(how)}")
        try:
            self.start(**how)
        except NotStarted as error:
            if "said" in (told := error.told.get("error", {})):
                return Refusal(told)
            raise
        raise Unmet("an app that started", "a start that fails")

    def accept(self, **how: Any) -> App:
        """A start, where it is the settings that are checked. Raises Unmet, or NotStarted."""
        if with_these := in_variables(how):
            self.scene.then(f"the app was started with {with_these}")
        try:
            return self.start(**how)
        except NotStarted as error:
            told = error.told.get("error", {})
            by_settings = told.get("type") in ("ValidationError", "SettingsError")
            if "said" in told and (self.apps or by_settings):
                got, expected = f"no start: {Refusal(told).first}", "an app that starts"
                if by_settings:  # the line at which they are made is not to blame
                    refused = told["type"] == "ValidationError"
                    raise Unmet(got, expected, words.MUST_START if refused else None) from None
                line = told["lines"][-1] if told["lines"] else None
                raise Unmet(got, expected, line=line) from None
            raise

    def upstream(self, name: str, answer: Any = None, **how: Any) -> Upstream:
        """A server for the app to ask; see Upstream."""
        upstream = Upstream(self.scene, name, answer, **how)
        self.upstreams.append(upstream)
        return upstream

    def close(self) -> None:
        for upstream in self.upstreams:
            upstream.close()
        # Before the app is stopped: a client that reads nothing would keep it from that.
        for app in self.apps:
            for one in app.sockets:
                one.abandon()
