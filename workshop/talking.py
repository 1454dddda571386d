"""The part of an app that is about its WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workshop.hosts import TELLS_WITHIN, Host
from workshop.scene import Scene
from workshop.seen import Seen

if TYPE_CHECKING:
    from workshop.sockets import Socket


class Talking:
    """Opens sockets, and asks how many there are."""

    scene: Scene
    host: Host
    number: int
    address: tuple[str, int]
    sockets: list[Socket]

    def open(self, room: str, ticket: str, *, who: str, **how: Any) -> Socket:
        """Open a socket with this ticket; see Socket for `how`, and for what comes of it."""
        from workshop.sockets import Socket  # the library costs every lesson 20 ms, and serves one

        path = f"/ws/{quote(room)}" + (f"?ticket={quote(ticket)}" if ticket else "")
        self.sockets.append(Socket(self, self.address, path, who=who, **how))
        return self.sockets[-1]

    def served(self, *, once: int) -> Seen:
        """How many sockets the app serves, once it is that many or the deadline has passed."""
        patience = self.host.deadline and TELLS_WITHIN
        count = self.host.ask(
            "served", patience and patience + 1, number=self.number, count=once, patience=patience
        )
        return Seen("sockets that the app serves:", count, plain=True)

    @property
    def ended_one(self) -> bool:
        """Whether a socket has ended, or is being closed: its client needn't have heard of it."""
        return bool(self.host.ask("ended", self.host.deadline, number=self.number))

    def kept_sockets(self, *, once: int) -> Seen:
        """How many sockets the app's objects still lead to, once it is that many."""
        patience = self.host.deadline or TELLS_WITHIN
        ask = {"number": self.number, "count": once, "patience": patience}
        count = self.host.ask("kept", patience + TELLS_WITHIN, **ask)
        return Seen("sockets that the app still holds:", count, plain=True)
