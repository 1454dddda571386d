import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from todo_api.errors import Unavailable

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/ready")
async def ready(request: Request) -> dict[str, str]:
    # region 08.5: 503 unless the database answers within a second
    # | async with request.state.sessions() as session:
    # |     await session.execute(text("SELECT 1"))
    try:
        async with asyncio.timeout(1), request.state.sessions() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
        raise Unavailable("the database does not answer") from error
    # endregion
    return {"status": "ready"}
