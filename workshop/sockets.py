"""A WebSocket as a client on the network has it: the frames are the library's, the bytes its own.

Nothing is read unless a check asks for it, so a client can stop reading, or be gone at once.
"""

from __future__ import annotations

import json
import select
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from workshop import words
from workshop.answers import process_ended
from workshop.hosts import Host
from workshop.patience import STEP, Patience
from workshop.scene import Scene, to_json
from workshop.seen import Like, Seen, Unmet, in_words, same

CUT_OFF = 1006
"""What a client says where the connection ended without a code: RFC 6455, section 7.4.1."""

OPEN, REFUSED = "open", "refused with HTTP {status}, before it was open"


class Served(Protocol):
    """The app that a socket belongs to."""

    scene: Scene
    host: Host
    number: int


class Socket:
    """One connection. `who` and `room` name it in the report."""

    def __init__(
        self,
        app: Served,
        address: tuple[str, int],
        path: str,
        *,
        who: str,
        origin: str | None = None,
        buffer: int | None = None,
        note: str = "",
    ) -> None:
        """Opens it, whatever comes of that. With a `buffer` the system keeps few bytes unread."""
        self.app = app
        self.who = who
        plain = path.partition("?")[0]
        self.room = plain.rpartition("/")[2]
        self.asked = f"websocket {plain}"
        self.frames: deque[Frame] = deque()
        self.state: str | int = ""
        self.connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if buffer is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.settimeout(app.host.deadline)
        self.connection.connect(address)
        self.port = self.connection.getsockname()[1]
        self.protocol = ClientProtocol(
            parse_uri(f"ws://{address[0]}:{address[1]}{path}"),
            origin=origin,  # type: ignore[arg-type]  # a name for str
            max_size=None,
        )
        shown = ", ".join(filter(None, [who, f"from a page of {origin}" if origin else "", note]))
        self.exchange = app.scene.sent(self.asked, f"WS {plain}  ({shown})")
        self.exchange.status = 101
        self.protocol.send_request(self.protocol.connect())
        self._flush()
        while not self.state:
            self._read("the socket is neither opened nor refused", "a socket that is opened")

    def say(self, text: str, shown: str | None = None) -> None:
        """Send a message; `shown` describes it in the report where it is long."""
        self.send(to_json({"text": text}), shown)

    def say_all(self, texts: list[str]) -> None:
        """Send many messages at once, so that they come in one piece."""
        self._sends(f"{len(texts)} messages at once")
        for text in texts:
            self.protocol.send_text(to_json({"text": text}).encode())
        self._flush()

    def send(self, content: str | bytes, shown: str | None = None) -> None:
        """Send one frame; `shown` describes it in the report where it is long."""
        if shown is None:
            shown = content if isinstance(content, str) else repr(content)
        self._sends(shown)
        if isinstance(content, str):
            self.protocol.send_text(content.encode())
        else:
            self.protocol.send_binary(content)
        self._flush()

    def _sends(self, shown: str) -> None:
        self.exchange = self.app.scene.sent(self.asked, f"{shown}  ({self.who}, in {self.room})")
        self.exchange.status = 101
        if self.protocol.state is not State.OPEN:
            raise Unmet(f"{self.who}'s socket is {self._told()}", f"{self.who}'s socket stays open")

    def hears(self) -> Seen:
        """The next frame, as JSON. Raises Unmet where none comes."""
        nothing, something = f"nothing reaches {self.who}", f"a frame for {self.who}"
        while not self.frames:
            if self.state != OPEN:
                raise Unmet(f"{self.who}'s socket is {self._told()}", something)
            self._read(nothing, something)
        frame = self.frames.popleft()
        if frame.opcode is not Opcode.TEXT:
            raise Unmet("a binary frame", "a text frame that holds JSON")
        text = bytes(frame.data).decode(errors="replace")
        self.app.scene.answered(self.exchange, 101, f"{text}  (to {self.who})")
        try:
            return Seen("", json.loads(text))
        except ValueError:
            raise Unmet(f"a frame with {words.shorten(text, 60)}", "a frame with JSON") from None

    @property
    def settled(self) -> Closed:
        """What became of it: open, once the app listens to it, or how it was closed."""
        if self.state == OPEN:
            patience = self.app.host.deadline
            ask = {"number": self.app.number, "port": self.port, "patience": patience}
            if self.app.host.ask("listens", patience and patience + 1, **ask):
                return Closed(self.who, OPEN)
        return self.closed

    @property
    def let_in(self) -> bool:
        """Whether the app has ever listened to it, whatever became of it: ask once it has ended."""
        ask = {"number": self.app.number, "port": self.port}
        return bool(self.app.host.ask("let_in", self.app.host.deadline, **ask))

    @property
    def closed(self) -> Closed:
        """How the socket was closed; frames that come before are passed over."""
        self._wait_while(lambda: self.state == OPEN)
        return Closed(self.who, self.state)

    @property
    def answered(self) -> bool:
        """Whether a frame comes that can be heard, where another check asks why none does."""
        self._wait_while(lambda: self.state == OPEN and not self.frames)
        return bool(self.frames)

    def _wait_while(self, waits: Callable[[], bool]) -> None:
        """Read on; that nothing comes is no fault, but that the loop is held."""
        try:
            while waits():
                self._read("", "")
        except Unmet as unmet:
            if unmet.line is not None or not self.app.host.alive:
                raise

    def counted(self, most: int) -> int:
        """How many frames come before the socket is closed: all there is, or `most`."""
        while self.state == OPEN and len(self.frames) < most:
            self._read(f"{len(self.frames)} frames, then silence", f"a close, or {most} frames")
        return len(self.frames)

    def leave(self) -> None:
        """Close it, as a browser does that leaves the page."""
        self.protocol.send_close(1000)
        self._flush()
        while self.state == OPEN:
            self._read("the app never says goodbye", "a close that is answered")
        self.app.scene.then(f"{self.who} left {self.room}")

    def vanish(self) -> None:
        """Be gone without a word: the connection is reset."""
        self.abandon()
        self.app.scene.then(f"{self.who}'s connection broke off, without a goodbye")

    def abandon(self) -> None:
        """Let go of the connection at once; nothing that is still on its way matters."""
        reset = struct.pack("ii", 1, 0)
        with suppress(OSError):  # it ended before
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.connection.close()
        self.state = CUT_OFF

    def _told(self) -> str:
        return Closed(self.who, self.state).how(self.state)

    def _flush(self) -> None:
        try:
            self.connection.sendall(b"".join(self.protocol.data_to_send()))
        except TimeoutError:
            self._silent("the app doesn't read what it is sent", "an app that reads on")
        except OSError:
            pass  # it has ended: reading tells how

    def _read(self, nothing: str, something: str) -> None:
        """Take in what has come; wait for it at most the deadline. Raises Unmet."""
        patience = Patience(self.app.host.deadline)
        try:
            while not select.select([self.connection], [], [], STEP)[0]:
                if not patience.lasts():
                    self._silent(nothing, something)
            data = self.connection.recv(1 << 16)
        except (OSError, ValueError):  # broken off; closed here
            data = b""
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        for event in self.protocol.events_received():
            if isinstance(event, Response):
                self.state = OPEN if event.status_code == 101 else self._refused(event)
            elif isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
                self.frames.append(event)
        self._flush()
        if not data or self.protocol.close_rcvd is not None:
            self._ended()

    def _refused(self, response: Response) -> str:
        state = REFUSED.format(status=response.status_code)
        self.app.scene.answered(self.exchange, 101, state)
        return state

    def _ended(self) -> None:
        if self.state in (OPEN, ""):
            received = self.protocol.close_rcvd
            self.state = received.code if received else CUT_OFF
            self.app.host.gone.wait(0 if received else 0.2)
            if not self.app.host.alive:
                raise process_ended(self.app.host)
            self.app.scene.answered(self.exchange, 101, f"{self._told()}  (to {self.who})")

    def _silent(self, nothing: str, something: str) -> None:
        """Nothing came within the deadline: perhaps because the loop is held. Raises Unmet."""
        held = self.app.host.where()["held"]
        if held:
            self.app.host.kill()
        raise Unmet(nothing, something, words.HELD if held else None, held)


class Closed(Seen):
    """How a socket was closed: `== 1008`."""

    def __init__(self, who: str, state: str | int) -> None:
        super().__init__(f"{who}'s socket", state, plain=True)

    def how(self, value: Any) -> str:
        if isinstance(value, Like):
            return in_words(value)
        if value == CUT_OFF:
            return "cut off, without a code"
        if isinstance(value, int):
            return f"closed with {value}"
        return f"still {value}" if value == OPEN else str(value)

    def tell(self, value: Any) -> str:
        return f"{self.label} is {self.how(value)}"

    def difference(self, expected: Any) -> tuple[str, str]:
        return self.tell(self.value), self.tell(expected)

    def __eq__(self, other: object) -> bool:
        return same(self.value, other)

    __hash__ = None


def cut_off_or(code: int) -> Like:
    """A close with `code`, or the end of a connection that came too late to read it."""
    return Like(f"closed with {code}, or cut off", lambda state: state in (code, CUT_OFF))
