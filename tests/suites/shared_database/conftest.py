from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from todo_api.main import create_app
from todo_api.settings import Settings

DATABASE = Path(__file__).with_name("shared.db")


@pytest.fixture
def client():
    url = f"sqlite+aiosqlite:///{DATABASE}"
    with TestClient(create_app(Settings(database_url=url, password_cost=1))) as client:
        yield client


@pytest.fixture
def login(client):
    def login(name):
        who = {"email": f"{name}@example.com", "name": name}
        passwords = {"password": "a password", "password_again": "a password"}
        client.post("/api/v1/users", json={**who, **passwords})  # 409 where it is there already
        form = {"username": who["email"], "password": "a password"}
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    return login
