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

from workshop.host.probes import Probes
from workshop.host.serving import NotStarted, Serving

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
        if do in {"start", "stop", "clear"}:
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
        return {**self.probes.told(), "breakpoints": guards.met_breakpoints if guards else []}

    def begun(self, words: str, patience: float) -> bool:
        """Whether a statement that holds `words` has begun, within `patience`."""
        return self.probes.wait_for_statement(words, patience)


def listen(channel: Channel, control: Control) -> None:
    """Answer until the checks are gone; then nothing needs this process."""
    try:
        for line in channel.reader:
            control.answer(json.loads(line))
    except OSError:
        pass
    os._exit(0)
