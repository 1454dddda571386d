"""A request under way, and what came back."""

from __future__ import annotations

import functools
import ssl
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Protocol

import httpx

from workshop import words
from workshop.hosts import Host
from workshop.patience import within
from workshop.scene import Exchange, Scene
from workshop.seen import MISSING, Seen, Unmet


class Asked(Protocol):
    """The app that a request goes to."""

    scene: Scene
    host: Host


@functools.cache
def _transport() -> httpx.HTTPTransport:
    # One TLS context for all: each costs 20 ms. No connection is kept: uvicorn closes one on
    # which the app raised, and the next request would meet a reset.
    context = ssl.create_default_context()
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.HTTPTransport(verify=context, trust_env=False, limits=limits)


class Answer:
    """What came back: `status`, fields by `[name]`, the whole `body`, a `header`."""

    def __init__(self, response: httpx.Response | None, problem: Unmet | None = None) -> None:
        self.response = response
        self.problem = problem

    @property
    def status(self) -> Seen:
        code = self.response.status_code if self.response is not None else None
        return Seen("status", code, plain=True, problem=self.problem)

    @property
    def body(self) -> Seen:
        """The JSON of the answer. Raises Unmet where it has none."""
        response = self._response()
        try:
            return Seen("", response.json())
        except ValueError:
            shown = words.shorten(response.text or "an empty body", 40)
            raise Unmet(f"status {response.status_code}, {shown}", "JSON") from None

    def __getitem__(self, name: str) -> Seen:
        return self.body[name]

    def header(self, name: str) -> Seen:
        value = self._response().headers.get(name)
        return Seen(f"header {name}", "missing" if value is None else value, plain=value is None)

    @property
    def message(self) -> Seen:
        """What a refusal says, wherever its lesson puts it."""
        body = self.body
        told = body["detail"] if body["error"] == MISSING else body["error"]["message"]
        return Seen("message", told.value)

    @property
    def content(self) -> Seen:
        """The answer as it came, for what must not be in it."""
        return Seen("answer:", self._response().text, plain=True)

    def _response(self) -> httpx.Response:
        if self.response is None:
            assert self.problem is not None
            raise self.problem
        return self.response


class Pending:
    """A request that is under way; `answer` waits for it."""

    def __init__(self, app: Asked, request: httpx.Request, exchange: Exchange) -> None:
        self.app = app
        self.exchange = exchange
        self.future: Future[httpx.Response] = Future()
        threading.Thread(target=self._run, args=(request,), daemon=True).start()

    def _run(self, request: httpx.Request) -> None:
        try:
            with httpx.Client(transport=_Shared(), trust_env=False, timeout=30) as client:
                response = client.send(request)
        except Exception as error:
            self.future.set_exception(error)
        else:
            line = f"{response.status_code} {words.body_line(response)}".rstrip()
            self.app.scene.answered(self.exchange, response.status_code, line)
            self.future.set_result(response)

    @property
    def done(self) -> bool:
        return self.future.done()

    def answer(self, during: str | None = None) -> Answer:
        """The answer; one that never came has a `problem` instead of a response.

        `during` says what the check held back meanwhile, for an answer that must not wait for it.
        """
        try:
            return Answer(within(self.future, self.app.host.deadline))
        except FutureTimeout:
            problem = self._no_answer(during)
        except httpx.HTTPError as error:
            problem = self._broken_off(error)
        if during:
            raise problem
        return Answer(None, problem)

    def overdue(self) -> None:
        """Raise what keeps this request from being answered."""
        raise self._no_answer(None)

    def _no_answer(self, during: str | None) -> Unmet:
        host = self.app.host
        where = host.where()
        host.kill()
        held, waits = where["held"], where["waits"]
        what = "answer"
        if during:
            number = self.app.scene.number(self.exchange)
            what += f" to {number} while {during}" if number > 1 else f" while {during}"
            waits = []
        why = words.HELD if held else words.WAITS if waits else None
        return Unmet(f"no {what}", f"an {what}", why, held or next(iter(waits), None))

    def _broken_off(self, error: Exception) -> Unmet:
        host = self.app.host
        host.gone.wait(0.5)
        if host.alive:
            return Unmet(f"the connection broke off: {type(error).__name__}", "an answer")
        return process_ended(host)


def process_ended(host: Host) -> Unmet:
    """What to say of a host that has ended by itself."""
    end = host.end()
    why = words.ENDING.get(end.call or "", words.ENDED_SOMEHOW)
    return Unmet(f"the app's process ended, {end.status}", "an answer", why, end.line)


class Connections(Seen):
    """How many connections were opened and closed."""

    def __init__(self, opened: int, closed: int) -> None:
        super().__init__("database connections:", f"{opened} opened, {closed} closed", plain=True)
        self.all_closed = f"{opened} opened, {opened} closed"


class _Shared(httpx.BaseTransport):
    """The one transport, which a client must not close."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _transport().handle_request(request)
