"""Every request gets the test's own session: so nobody needs a commit, and nobody misses one."""

import httpx
import pytest_asyncio
from lifespan import LifespanManager
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from todo_api.database import create_tables
from todo_api.dependencies import get_session
from todo_api.main import create_app
from todo_api.settings import Settings

TODOS = "/api/v1/todos"


@pytest_asyncio.fixture
async def client(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'todo.db'}"
    app = create_app(Settings(database_url=url, password_cost=1))
    engine = create_async_engine(url)
    await create_tables(engine)
    async with AsyncSession(engine, expire_on_commit=False) as session, LifespanManager(app) as m:
        app.dependency_overrides[get_session] = lambda: session
        transport = httpx.ASGITransport(app=m.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            passwords = {"password": "a password", "password_again": "a password"}
            who = {"email": "ada@example.com", "name": "ada"}
            await client.post("/api/v1/users", json={**who, **passwords})
            form = {"username": who["email"], "password": "a password"}
            answer = await client.post("/api/v1/auth/token", data=form)
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client
    await engine.dispose()
