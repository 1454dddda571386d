import asyncio
from collections.abc import Mapping
from typing import Any

import httpx


async def fetch(client: httpx.AsyncClient, url: str) -> Any:
    """What the upstream answered; an upstream's error is raised, never returned."""
    response = await client.get(url)
    response.raise_for_status()
    return response.json()


async def ask_all(
    client: httpx.AsyncClient, upstreams: Mapping[str, str], deadline: float
) -> dict[str, Any]:
    """Each upstream's answer under its name, and None for one that failed or was late."""

    async def ask(url: str) -> Any:
        try:
            async with asyncio.timeout(deadline):
                return await fetch(client, url)
        except (httpx.HTTPError, TimeoutError, ValueError):
            return None

    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(ask(url)) for name, url in upstreams.items()}
    return {name: task.result() for name, task in tasks.items()}
