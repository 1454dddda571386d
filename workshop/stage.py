"""What one check stands on: a fresh app on a host, with its own database, upstreams, the scene."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workshop import words
from workshop.answers import process_ended
from workshop.bench import Bench, Source
from workshop.client import App
from workshop.configured import Refusal
from workshop.course import Lesson
from workshop.hosts import Gone, Refused, Silent
from workshop.scene import Scene
from workshop.seen import Unmet
from workshop.tokens import SECRET
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


class Stage:
    """Starts apps from the folder `code`, which holds a `todo_api`."""

    def __init__(self, bench: Bench, lesson: Lesson, code: Path, *, logs_in: bool) -> None:
        """`logs_in`: requests that need a login are made by ada, where none says who asks."""
        self.bench = bench
        self.lesson = lesson
        self.code = code
        self.logs_in = logs_in
        self.scene = Scene()
        self.source = Source.of(lesson, code)
        self.host = bench.ready(self.source)
        self.early = bench.early
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
        early, self.early = self.early or file.with_name("early.db"), None
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
                **self.source.told(early),
                environment=environment,
                beside=beside is not None,
                routes=routes or [],
                notifier=notifier,
                buffer=buffer,
                inside=inside and str(inside),
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
