"""Sockets: let in or refused, then read from and written to side by side."""

import asyncio
import re
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect, WebSocketException
from pydantic import ValidationError

from todo_api.dependencies import CurrentUser, SessionDep, SettingsDep
from todo_api.events import Hub, Member, frame
from todo_api.schemas import Said, TicketRead
from todo_api.tickets import LIFETIME, issue_ticket, take_ticket

router = APIRouter(tags=["sockets"])

ROOM = re.compile(r"[a-z0-9-]{1,32}")
MAX_FRAME = 16_384


@router.post("/api/v1/ws/tickets", status_code=201)
async def create_ticket(user: CurrentUser, session: SessionDep) -> TicketRead:
    ticket = await issue_ticket(session, user.id)
    return TicketRead(ticket=ticket, expires_in=int(LIFETIME.total_seconds()))


async def user_of(websocket: WebSocket, ticket: str) -> int | None:
    """The ticket's user, once. The database session ends here: a socket stays open for hours."""
    async with websocket.state.sessions() as session:
        return await take_ticket(session, ticket)


async def admit(websocket: WebSocket, room: str, ticket: str, origins: list[str]) -> int | None:
    """The user's id, or None after a refusal: a code that the client can read."""
    # TODO 06.1: accept, then let in or close with 1008
    await websocket.accept()
    return await user_of(websocket, ticket) or 0
    # end 06.1


async def write(member: Member) -> None:
    # TODO 06.3: send what waits, one frame after another
    await asyncio.Event().wait()
    # end 06.3


async def read(member: Member, hub: Hub, room: str) -> int:
    """The code to close with, once there is no more to read."""
    # TODO 06.4: answer a frame that is no message; end with 1009 at one that is too large
    while True:
        said = Said.model_validate_json(await member.socket.receive_text())
        await hub.publish(room, frame("message", user=member.user_id, text=said.text))
    # end 06.4


async def wait_until_too_slow(member: Member) -> int:
    await member.too_slow.wait()
    return 1013


async def converse(websocket: WebSocket, hub: Hub, room: str, user_id: int) -> int:
    """The code to close with, once reading, writing or patience with a slow client has ended."""
    with hub.joined(room, websocket, user_id) as member:
        tasks: list[asyncio.Task[int | None]] = [
            asyncio.create_task(wait_until_too_slow(member)),
            asyncio.create_task(read(member, hub, room)),
            asyncio.create_task(write(member)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            # wait passes a cancellation from outside on; gather would make one of its own of it.
            await asyncio.wait([asyncio.gather(*tasks, return_exceptions=True)])
        first = next(task for task in tasks if task in done)
        return first.result() or 1000


async def close(websocket: WebSocket, code: int) -> None:
    """A client that doesn't read can't be told goodbye: it gets a second to do so."""
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(1):
            await websocket.close(code)


@router.websocket("/ws/{room}")
async def talk(websocket: WebSocket, room: str, settings: SettingsDep, ticket: str = "") -> None:
    origins = [origin.rstrip("/") for origin in settings.cors_origins]
    # uvicorn writes the address of whom it lets in into its log; the ticket was read by now.
    websocket.scope["query_string"] = b""
    try:
        user_id = await admit(websocket, room, ticket, origins)
        if user_id is not None:
            code = await converse(websocket, websocket.state.hub, room, user_id)
            await close(websocket, code)
    except WebSocketDisconnect:
        pass  # The client left while it was written to.
    except WebSocketException:
        raise  # FastAPI closes with its code.
    except Exception:
        await close(websocket, 1011)
        raise
