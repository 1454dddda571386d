from typing import Any

from fastapi import APIRouter, Request

from todo_api.dependencies import SettingsDep
from todo_api.upstreams import ask_all

router = APIRouter(prefix="/api/v1/dashboard", tags=["dashboard"])


@router.get("")
async def dashboard(request: Request, settings: SettingsDep) -> dict[str, Any]:
    upstreams = {name: str(url) for name, url in settings.upstreams.items()}
    return await ask_all(request.state.client, upstreams, settings.upstream_timeout)
