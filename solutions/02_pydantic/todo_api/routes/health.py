from fastapi import APIRouter, Request
from sqlalchemy import text

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/ready")
async def ready(request: Request) -> dict[str, str]:
    async with request.state.sessions() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ready"}
