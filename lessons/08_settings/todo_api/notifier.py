"""Who is told when a todo changes; lesson 06 puts sockets behind it."""

import logging
from typing import Protocol

logger = logging.getLogger(__name__)


class Notifier(Protocol):
    async def todo_changed(self, user_id: int, kind: str, todo_id: int) -> None: ...


class LogNotifier:
    async def todo_changed(self, user_id: int, kind: str, todo_id: int) -> None:
        logger.info("todo %s", kind, extra={"user_id": user_id, "todo_id": todo_id})
