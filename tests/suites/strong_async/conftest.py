"""Asynchronous tests, as pytest-asyncio runs them; users made by the fixtures that name them."""

import httpx
import pytest_asyncio
from lifespan import LifespanManager
from todo_api.main import create_app
from todo_api.settings import Settings


@pytest_asyncio.fixture
async def app(tmp_path):
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/todo.db",
        password_cost=1,
        secret_key="a secret of this test, 32 characters long",
    )
    return create_app(settings)


@pytest_asyncio.fixture
async def running(app):
    async with LifespanManager(app) as manager:
        yield manager.app


async def person(running, name):
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=running), base_url="http://todo.example/api/v1"
    )
    passwords = {"password": f"{name} {name}", "password_again": f"{name} {name}"}
    await client.post("/users", json={"email": f"{name}@example.com", "name": name, **passwords})
    form = {"username": f"{name}@example.com", "password": f"{name} {name}"}
    token = (await client.post("/auth/token", data=form)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest_asyncio.fixture
async def grace(running):
    client = await person(running, "grace")
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def alan(running):
    client = await person(running, "alan")
    yield client
    await client.aclose()
