"""What a check adds to the learner's app: routes that no lesson has, and stand-ins."""

# Annotations here are read by FastAPI when a route is made, so they can't be postponed.
import asyncio
import sys
from typing import Any

from fastapi import FastAPI, HTTPException

from workshop.host import gate
from workshop.host.gate import Gate


def refuse(app: FastAPI, _gate: Gate) -> None:
    """POST /check/refuse writes a user through the app's own session, then answers 409."""
    session_dep = sys.modules["todo_api.dependencies"].SessionDep
    user = sys.modules["todo_api.models"].User

    @app.post("/check/refuse", status_code=201)
    async def write_and_refuse(session: session_dep) -> None:  # type: ignore[valid-type]
        row = {"email": "refused@example.com", "name": "refused", "password_hash": "none"}
        more = {"name_key": "refused"} if hasattr(user, "name_key") else {}
        session.add(user(**row, **more))  # type: ignore[attr-defined]
        await session.flush()  # type: ignore[attr-defined]
        raise HTTPException(409, "refused")


class Notified:
    """Stands in for a notifier: keeps what it is told, or waits before that."""

    def __init__(self, waits: bool) -> None:
        self.told: list[dict[str, Any]] = []
        self.asked = 0
        self.free = asyncio.Event()
        if not waits:
            self.free.set()

    async def todo_changed(self, user_id: int, kind: str, todo_id: int) -> None:
        self.asked += 1
        await self.free.wait()
        self.told.append({"user": user_id, "kind": kind, "todo": todo_id})


ROUTES = {"refuse": refuse, **gate.ROUTES}
"""Routes by the name under which a check asks for them."""
