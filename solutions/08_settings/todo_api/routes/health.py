import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text

from todo_api.database import Sessions
from todo_api.errors import Unavailable
from todo_api.openapi import errors

router = APIRouter(prefix="/health", tags=["health"])


async def ask_database(sessions: Sessions) -> None:
    async with sessions() as session:
        await session.execute(text("SELECT 1"))


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/ready", responses=errors(503))
async def ready(request: Request) -> dict[str, str]:
    # region 08.5: 503 unless the database answers within a second
    # | await ask_database(request.state.sessions)
    asking = asyncio.create_task(ask_database(request.state.sessions))
    done, _ = await asyncio.wait([asking], timeout=1)
    if not done:
        asking.cancel()  # not awaited: to hang up on a silent server takes seconds more
        raise Unavailable("the database is silent")
    if error := asking.exception():
        raise Unavailable("the database does not answer") from error
    # endregion
    return {"status": "ready"}
