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
    # TODO 08.5: 503 unless the database answers within a second
    async with request.state.sessions() as session:
        await session.execute(text("SELECT 1"))
    # end 08.5
    return {"status": "ready"}
