"""One-time tickets. A browser can't send a header when it opens a socket, and an address is logged:
so the address holds a ticket, worth nothing once it is used or half a minute old."""

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from todo_api.models import Ticket, now

LIFETIME = timedelta(seconds=30)


def digest_of(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()


async def issue_ticket(session: AsyncSession, user_id: int) -> str:
    # Those that nobody used leave with the next that is issued.
    await session.execute(delete(Ticket).where(Ticket.expires_at <= now()))
    ticket = secrets.token_urlsafe(32)
    expires_at = now() + LIFETIME
    session.add(Ticket(digest=digest_of(ticket), user_id=user_id, expires_at=expires_at))
    return ticket


async def take_ticket(session: AsyncSession, ticket: str) -> int | None:
    """Whose ticket it was, and it is gone: of two who show it at once, one statement serves one."""
    taken = delete(Ticket).where(Ticket.digest == digest_of(ticket), Ticket.expires_at > now())
    user_id: int | None = await session.scalar(taken.returning(Ticket.user_id))
    await session.commit()
    return user_id
