"""The servers that the learner's app asks: real ones, in the checks' process.

Each holds its answer for as long as a check likes, and counts what is in flight.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from workshop.patience import Patience
from workshop.scene import Scene
from workshop.seen import Seen, Unmet


class Upstream:
    """An upstream called `name`; it answers `answer`, JSON or bytes, with `status`.

    With `hold` it answers when `release` is called; with `trickle` it sends a byte at a time and
    never ends.
    """

    def __init__(
        self,
        scene: Scene,
        name: str,
        answer: Any = None,
        *,
        status: int = 200,
        hold: bool = False,
        trickle: bool = False,
    ) -> None:
        self.scene = scene
        self.name = name
        answer = {"from": name} if answer is None else answer
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status = status
        self.trickle = trickle
        self.released = threading.Event()
        if not hold:
            self.released.set()
        self.changed = threading.Condition()
        self.requests = 0
        self.open = 0
        self.parts = 0
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def count(self, *, requests: int = 0, opened: int = 0, parts: int = 0) -> None:
        with self.changed:
            self.requests += requests
            self.open += opened
            self.parts += parts
            self.changed.notify_all()

    def asked(self, by: Any = None, meanwhile: str = "") -> None:
        """Wait until the app has asked; `by` is the request that should make it ask.

        Raises Unmet when it doesn't, or when `by` was answered and nobody had asked. `meanwhile`
        says what the check holds back, where asking must not wait for it.
        """
        patience = Patience(by.app.host.deadline if by is not None else 2.0)
        with self.changed:
            while not self.requests:
                if not patience.lasts() or (by is not None and by.done):
                    break
                self.changed.wait(0.02)
            asked = bool(self.requests)
        if not asked:
            if by is not None and not by.done and not meanwhile:
                by.overdue()
            if by is not None and by.done:
                self.scene.focused = [by.exchange]
            during = f" while {meanwhile}" if meanwhile else ""
            raise Unmet(
                f'the upstream "{self.name}" was not asked{during}',
                f'a request to the upstream "{self.name}"{during}',
            )
        kept = "" if self.status == 200 else f"; it answers {self.status}"
        kept = kept if self.released.is_set() else "; the check keeps that answer back"
        self.scene.then(f'the app asked the upstream "{self.name}"{kept}')

    def release(self) -> None:
        """Let the answer that was kept back go out."""
        self.released.set()

    def sent_more(self) -> None:
        """Wait until one more byte has been sent, or nobody waits for one."""
        with self.changed:
            parts = self.parts
            self.changed.wait_for(lambda: self.parts > parts or not self.open, 1)

    @property
    def in_flight(self) -> Seen:
        """Connections on which the app still waits, once they had a moment to close."""
        with self.changed:
            self.changed.wait_for(lambda: self.open == 0, 1)
            return Seen(f'requests to "{self.name}" still under way', self.open)

    def close(self) -> None:
        self.released.set()
        self.server.closing.set()
        threading.Thread(target=self._end, daemon=True).start()  # the next check needn't wait

    def _end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is not an error here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        upstream = self.server.upstream
        upstream.count(requests=1, opened=1)
        try:
            self._answer(upstream)
        except OSError:
            pass
        finally:
            upstream.count(opened=-1)
            self.close_connection = True

    def _answer(self, upstream: Upstream) -> None:
        while not upstream.released.wait(0.01):
            if self._left():
                return
        self.send_response(upstream.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(10**6 if upstream.trickle else len(upstream.body)))
        self.end_headers()
        while upstream.trickle and not self._left() and not self.server.closing.is_set():
            self.wfile.write(b" ")
            upstream.count(parts=1)
            time.sleep(0.01)
        if not upstream.trickle:
            self.wfile.write(upstream.body)

    def _left(self) -> bool:
        """Whether the app has hung up."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        try:
            peeked: bytes = self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True
        return not peeked

    def log_message(self, *_: Any) -> None:
        """Nothing: the report tells what matters."""
