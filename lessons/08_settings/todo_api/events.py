"""Rooms of sockets, in this process alone: two workers have two hubs, and don't hear each other."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import WebSocket


def frame(kind: str, /, **fields: Any) -> str:
    """What a client gets; made once, however many are sent it."""
    return json.dumps({"type": kind, **fields})


class Member:
    """One socket's place in a room, and the frames that wait to be sent to it."""

    def __init__(self, socket: WebSocket, user_id: int) -> None:
        self.socket = socket
        self.user_id = user_id
        self.waiting: asyncio.Queue[str] = asyncio.Queue(maxsize=32)
        self.too_slow = asyncio.Event()


class Hub:
    def __init__(self) -> None:
        self.rooms: dict[str, set[Member]] = {}

    @contextmanager
    def joined(self, room: str, socket: WebSocket, user_id: int) -> Iterator[Member]:
        member = Member(socket, user_id)
        self.rooms.setdefault(room, set()).add(member)
        try:
            yield member
        finally:
            self.rooms[room].remove(member)
            if not self.rooms[room]:
                del self.rooms[room]

    async def send(self, member: Member, text: str) -> None:
        try:
            member.waiting.put_nowait(text)
        except asyncio.QueueFull:
            member.too_slow.set()

    async def publish(self, room: str, text: str) -> None:
        # A copy: members come and go while one of them is sent to.
        await self.deliver(tuple(self.rooms.get(room, ())), text)

    async def answer(self, member: Member, text: str) -> None:
        await self.deliver((member,), text)

    async def deliver(self, members: tuple[Member, ...], text: str) -> None:
        for member in members:
            await self.send(member, text)
        # The writers' turn: a burst of frames from one client must not fill the queues of all.
        await asyncio.sleep(0.001)


class HubNotifier:
    """A notifier that tells a todo's owner, in the owner's room."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def todo_changed(self, user_id: int, kind: str, todo_id: int) -> None:
        await self.hub.publish(f"user-{user_id}", frame("todo", event=kind, id=todo_id))
