"""What the checks ask of a host, a line of JSON each, answered beside the event loop.

A thread of its own reads them, so it can say where the loop stands while the loop is held.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from workshop.host.frames import Line
from workshop.host.memory import behind, remembered
from workshop.host.probes import Probes
from workshop.host.serving import NotStarted, Serving
from workshop.host.sockets import kept
from workshop.host.traffic import settings_told

Message = dict[str, Any]


class Channel:
    """Lines of JSON over a socket, written by any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.reader = connection.makefile("r", encoding="utf-8")
        self.lock = threading.Lock()

    def tell(self, message: Message) -> None:
        with self.lock:
            self.connection.sendall(json.dumps(message).encode() + b"\n")


class Control:
    """Answers {"id": 7, "do": "start", …} with {"id": 7, "ok": …} or {"id": 7, "failed": …}."""

    def __init__(
        self,
        tell: Callable[[Message], None],
        loop: asyncio.AbstractEventLoop,
        serving: Serving,
        probes: Probes,
        loop_thread: int,
    ) -> None:
        self.tell = tell
        self.loop = loop
        self.serving = serving
        self.probes = probes
        self.loop_thread = loop_thread

    def answer(self, message: Message) -> None:
        """Do what `message` asks; on the loop's thread where the app is touched."""
        number, do = message.pop("id"), message.pop("do")
        if do in {"prepare", "start", "stop", "clear", "skip", "hold_deadlines"}:
            self._on_loop(number, getattr(self.serving, do)(**message))
            return
        try:
            self.tell({"id": number, "ok": getattr(self, do)(**message)})
        except Exception as error:
            self.tell({"id": number, "failed": {"fault": repr(error)}})

    def _on_loop(self, number: int, work: Coroutine[Any, Any, Any]) -> None:
        async def run() -> None:
            try:
                self.tell({"id": number, "ok": await work})
            except NotStarted as error:
                self.tell({"id": number, "failed": error.told})
            except Exception as error:
                self.tell({"id": number, "failed": {"fault": repr(error)}})

        asyncio.run_coroutine_threadsafe(run(), self.loop)

    def where(self) -> Message:
        """Where the app's threads stand, in the learner's code."""
        folder = self.probes.folder
        return {
            "held": folder.held_at(self.loop_thread),
            "waits": folder.waits_at(self.loop, self.loop_thread),
        }

    def told(self) -> Message:
        """All that the probes heard, once what was under way has ended."""
        settled = asyncio.run_coroutine_threadsafe(self.serving.settle(), self.loop)
        try:
            settled.result(0.4)
        except TimeoutError:
            settled.cancel()
        guards = self.serving.guards
        return {
            **self.probes.told(),
            "breakpoints": guards.met_breakpoints if guards else [],
            "slept": guards.slept if guards else [],
            "notified": self.serving.notified.told,
            "notifying": self.serving.notified.asked,
            "planned": self.serving.gate.raised,
            "saw_leaving": self.serving.gate.saw_leaving,
        }

    def watch(self, target: str, hold: bool) -> None:
        """Count the calls of a library function from now on, or hold them too."""
        self.probes.calls.watch(target, hold)

    def called(self, target: str, patience: float) -> bool:
        """Whether a watched function was called, within `patience`."""
        return self.probes.calls.watched[target].wait(patience)

    def release(self, target: str) -> None:
        """Let a held function's calls go on."""
        self.probes.calls.watched[target].released.set()

    def fail_commits(self, on: bool) -> None:
        """Let no commit through."""
        self.probes.commits_fail = on

    def statements(self, go: str) -> None:
        """Let statements "pass", "fail" or "wait" from now on."""
        self.probes.traffic.statements = go

    def at_once(self, requests: int, patience: float) -> int | None:
        """How many connections so many requests have; None where some are on their way."""
        return self.probes.traffic.at_once(requests, patience)

    def given_back(self, patience: float) -> int:
        """How many connections stay in use, however long one waits."""
        return self.probes.traffic.given_back(patience)

    def cut(self) -> None:
        """Close the app's connections from the database's side."""
        cut = self.probes.traffic.cut()
        asyncio.run_coroutine_threadsafe(cut, self.loop).result(1)

    def settings(self, given: dict[str, Any]) -> Message:
        """How the app's settings print with these `given`, and which of them can be changed."""
        return settings_told(given)

    def let_notifier_go(self) -> None:
        """Let a notifier that waits go on."""
        self.loop.call_soon_threadsafe(self.serving.notified.free.set)

    def reached(self, patience: float) -> bool:
        """Whether a check's route has come to where it stops, within `patience`."""
        return self.serving.gate.reached.wait(patience)

    def let_go(self) -> None:
        """Let the check's routes go on."""
        self.loop.call_soon_threadsafe(self.serving.gate.free.set)

    def put_forward(self, seconds: float) -> None:
        """Put the clock of the learner's code forward."""
        self.probes.clock.ahead += seconds

    def remembered(self, number: int, texts: list[str]) -> int:
        """How many of `texts` app `number` still holds."""
        server = self.serving.servers[number]
        return remembered(server.watched.app, server.uvicorn.lifespan.state, texts)

    def served(self, number: int, count: int, patience: float) -> int:
        """How many sockets app `number` serves: `count`, or what there is after `patience`."""
        return self.serving.servers[number].watched.sockets.wait(count, patience)

    def listens(self, number: int, port: int, patience: float) -> bool:
        """Whether app `number` listens to the client at `port`, once that shows."""
        return self.serving.servers[number].watched.sockets.listens(port, patience)

    def let_in(self, number: int, port: int) -> bool:
        """Whether app `number` has ever listened to the client at `port`."""
        return port in self.serving.servers[number].watched.sockets.let_in

    def ended(self, number: int) -> int:
        """How many sockets app `number` has served, or is closing."""
        sockets = self.serving.servers[number].watched.sockets
        return sockets.ended + sockets.ending

    def kept(self, number: int, count: int, patience: float) -> int:
        """How many sockets app `number` still holds: `count`, or what there is after `patience`."""
        return kept(self.serving.servers[number].watched.app, count, patience)

    def behind(self, number: int) -> list[Line]:
        """The learner's classes and functions that run on Starlette's BaseHTTPMiddleware."""
        return behind(self.serving.servers[number].watched.app, self.probes.folder)

    def begun(self, words: str, times: int, patience: float) -> bool:
        """Whether as many statements that hold `words` have begun, within `patience`."""
        return self.probes.wait_for_statement(words, times, patience)

    def forget_statements(self) -> None:
        """Tell only of statements that begin from now on."""
        self.probes.statements.clear()


def listen(channel: Channel, control: Control) -> None:
    """Answer until the checks are gone; then nothing needs this process."""
    try:
        for line in channel.reader:
            control.answer(json.loads(line))
    except OSError:
        pass
    os._exit(0)
