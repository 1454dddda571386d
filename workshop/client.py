"""The learner's app, as clients on the network see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from workshop import words
from workshop.answers import Answer, Connections, Pending, process_ended
from workshop.configured import Configured
from workshop.hosts import TELLS_WITHIN, Gone, Host, Refused, Silent
from workshop.outside import Outside
from workshop.passing import Passing, Visitor
from workshop.patience import Patience
from workshop.scene import Scene, request_line
from workshop.seen import Seen, Unmet
from workshop.talking import Talking

if TYPE_CHECKING:
    from workshop.sockets import Socket

NEEDS_LOGIN = ("/api/v1/todos", "/api/v1/ws")
PASSWORD = "correct horse battery"


class Requests:
    """The verbs, for an app and for someone who is logged in."""

    def begin(self, method: str, path: str, **request: Any) -> Pending:
        raise NotImplementedError

    def request(
        self, method: str, path: str, *, during: str | None = None, **request: Any
    ) -> Answer:
        """Send a request and wait for the answer, `during` what the check holds back."""
        return self.begin(method, path, **request).answer(during)

    def get(self, path: str, **request: Any) -> Answer:
        return self.request("GET", path, **request)

    def post(self, path: str, json: Any = None, **request: Any) -> Answer:
        return self.request("POST", path, json=json, **request)

    def patch(self, path: str, json: Any = None, **request: Any) -> Answer:
        return self.request("PATCH", path, json=json, **request)

    def delete(self, path: str, **request: Any) -> Answer:
        return self.request("DELETE", path, **request)


class User(Requests):
    """Someone who is registered and logged in; each request carries their token."""

    def __init__(self, app: App, name: str, number: int, token: str) -> None:
        self.app = app
        self.name = name
        self.id = number
        self.token = token

    def begin(self, method: str, path: str, **request: Any) -> Pending:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        note = ", ".join(filter(None, [f"logged in as {self.name}", request.pop("note", "")]))
        return self.app.begin(method, path, headers=headers, note=note, **request)

    def ticket(self) -> str:
        """A new ticket, which opens one socket. Raises Unmet where none is issued."""
        answer = self.post("/api/v1/ws/tickets")
        if answer.status != 201:
            raise answer.problem or Unmet(repr(answer.status), "status 201, and a ticket")
        ticket: str = answer["ticket"].value
        return ticket

    def open(self, room: str, **how: Any) -> Socket:
        """Open a socket with a new ticket."""
        return self.app.open(room, self.ticket(), who=self.name, **how)


class App(Requests, Outside, Passing, Configured, Talking):
    """A running app. Each request is real, on a connection of its own."""

    def __init__(
        self,
        scene: Scene,
        host: Host,
        number: int,
        port: int,
        database: Path,
        early: Path,
        logs_in: bool,
    ) -> None:
        """`logs_in`: what needs a login is asked by ada, unless the request says who asks."""
        super().__init__(scene, database)
        self.logs_in = logs_in
        self.users: dict[str, User] = {}
        self.host = host
        self.number = number
        self.address = ("127.0.0.1", port)
        self.base = f"http://127.0.0.1:{port}"
        self.early = early
        self.sockets = []

    def begin(  # type: ignore[override]  # what Requests passes on, spelled out
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        note: str = "",
        anonymous: bool = False,
    ) -> Pending:
        """Send a request and don't wait. `note` says in the report who asks, or how.

        An `anonymous` one carries no token where others would.
        """
        needs = self.logs_in and path.startswith(NEEDS_LOGIN) and not anonymous
        if needs and "Authorization" not in (headers or {}):
            headers = {**(headers or {}), "Authorization": f"Bearer {self.user().token}"}
            note = ", ".join(filter(None, ["logged in as ada", note]))
        fields = [(k.encode(), v.encode("latin-1")) for k, v in (headers or {}).items()]
        request = httpx.Request(
            method, self.base + path, json=json, data=data, content=content, headers=fields
        )
        shown = json if content is None else content.decode(errors="backslashreplace")
        line = request_line(method, path, dict(data) if data else shown, note)
        exchange = self.scene.sent(f"{method} {request.url.path}", line)
        return Pending(self, request, exchange)

    def user(self, name: str = "ada") -> User:
        """Someone who is registered and logged in; the same one for the same name.

        Raises Unmet where registration or login is refused.
        """
        if name not in self.users:
            person = {"email": f"{name}@example.com", "name": name}
            passwords = {"password": PASSWORD, "password_again": PASSWORD}
            made = self.post("/api/v1/users", {**person, **passwords})
            if made.status.value is None or made.status.value >= 500:
                raise made.problem or Unmet(repr(made.status), "status 201")
            form = {"username": person["email"], "password": PASSWORD}
            login = self.request("POST", "/api/v1/auth/token", data=form)
            if login.status != 200:
                raise Unmet(repr(login.status), "status 200")
            number, token = made["id"].value, login["access_token"].value
            self.users[name] = User(self, name, number, token)
        return self.users[name]

    def prepare(self) -> None:
        """Log in now: a row may need its owner, and a lock would keep ada out."""
        if self.logs_in:
            self.user()
            self.host.ask("forget_statements", self.host.deadline)

    def watch(self, target: str, *, hold: bool = False) -> None:
        """Count the calls of a library function, "argon2:PasswordHasher.verify"; or hold them."""
        self.host.ask("watch", self.host.deadline, target=target, hold=hold)

    def calls(self, target: str, what: str) -> Seen:
        """How often a watched function was called; `what` names it in the report."""
        return Seen(what, self.told()["calls"][target])

    def called(self, target: str, what: str, by: Pending) -> None:
        """Wait until a watched function is called by the request `by`. Raises Unmet."""
        self._until("called", by, what, target=target)
        self.scene.then(f"the app began {what}; the check keeps it from ending")

    def release(self, target: str) -> None:
        """Let a held function go on."""
        self.host.ask("release", self.host.deadline, target=target)

    @contextmanager
    def failing_commits(self) -> Iterator[None]:
        """Let no commit through."""
        self.prepare()
        self.host.ask("fail_commits", self.host.deadline, on=True)
        self.scene.then("the check lets no commit through")
        yield
        self.host.ask("fail_commits", self.host.deadline, on=False)

    def focus(self, *positions: int) -> None:
        """Show these exchanges, by their place among those sent: 0 the first, -1 the last."""
        sent = [event.exchange for event in self.scene.events if event.kind == "sent"]
        self.scene.focused = [exchange for i in positions if (exchange := sent[i]) is not None]

    def stop(self) -> None:
        """Stop the app as SIGTERM does, and wait until its lifespan has ended."""
        try:
            self.host.ask("stop", self.host.deadline, number=self.number)
        except Silent:
            where = self.host.where()
            self.host.kill()
            line = where["held"] or next(iter(where["waits"]), None)
            raise Unmet("the app does not stop", "an app that stops", words.WAITS, line) from None
        except Refused as error:
            raise Unmet(f"stopping failed: {error.told}", "an app that stops") from None
        except Gone:
            raise process_ended(self.host) from None
        self.scene.then("the app was stopped")

    def told(self) -> dict[str, Any]:
        """All that the probes heard in this check."""
        told: dict[str, Any] = self.host.ask("told", self.host.deadline and TELLS_WITHIN)
        return told

    @property
    def raised(self) -> str:
        """What left the app last, "TypeError: …"; empty where nothing did."""
        raised = self.told()["raised"]
        return f"{raised[-1]['type']}: {raised[-1]['text']}" if raised else ""

    @property
    def held_connections(self) -> Seen:
        """Database connections that are out of the pool once every exchange has ended."""
        return Seen("database connections in use:", self.told()["connections"]["out"], plain=True)

    @property
    def notified(self) -> Seen:
        """What the stand-in for the notifier was told: user, kind and todo of each."""
        return Seen("notifications", self.told()["notified"])

    def let_notifier_go(self) -> None:
        """Let a notifier that waits go on."""
        self.host.ask("let_notifier_go", self.host.deadline)

    @property
    def connections(self) -> Connections:
        """Database connections that pools opened and closed in this check."""
        counts = self.told()["connections"]
        return Connections(counts["opened"], counts["closed"])

    def bound(self, words_of_it: str) -> Seen:
        """The types of the values sent with the newest statement that holds these words."""
        kinds = [kinds for statement, kinds in self.told()["bound"] if words_of_it in statement]
        return Seen(f"types of the values in {words_of_it}", kinds[-1] if kinds else [])

    @property
    def opened_early(self) -> Seen:
        """Whether the database was opened that was named while `todo_api` was imported."""
        state = "opened" if self.early.exists() else "not opened"
        return Seen("the database that was named at import:", state, plain=True)

    def never_slept(self) -> None:
        """Raise Unmet where the app called time.sleep on the loop since it was started."""
        slept = self.told()["slept"]
        if slept:
            what = "time.sleep on the event loop"
            raise Unmet(f"a call of {what}", f"no {what}", words.HELD, slept[0])

    def begun(self, words_of_it: str, by: Pending, times: int = 1) -> None:
        """Wait until a statement that holds these words has begun, sent by the request `by`.

        With `times` it is the second one, or the third. Raises Unmet when `by` is answered, or
        overdue, without it.
        """
        what = f"the statement {words_of_it}"
        self._until("begun", by, what, words=words_of_it, times=times)

    def _until(self, do: str, by: Pending | Visitor, what: str, **more: Any) -> None:
        patience = Patience(self.host.deadline)
        while patience.lasts():
            done = by.done
            if self.host.ask(do, self.host.deadline, patience=0.05, **more):
                return
            if done:
                break
        if not by.done:
            by.overdue()
        raise Unmet(f"answered without {what}", f"{what}, then the answer")
