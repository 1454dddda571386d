import pytest
from fastapi.testclient import TestClient
from todo_api.main import create_app
from todo_api.settings import Settings

TODOS = "/api/v1/todos"


@pytest.fixture
def app(tmp_path):
    return create_app(
        Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'todo.db'}", password_cost=1)
    )


@pytest.fixture
def client(app):
    with TestClient(app) as client:
        return client


@pytest.fixture
def login(client):
    def login(name):
        passwords = {"password": "a password", "password_again": "a password"}
        who = {"email": f"{name}@example.com", "name": name}
        client.post("/api/v1/users", json={**who, **passwords})
        form = {"username": who["email"], "password": "a password"}
        token = client.post("/api/v1/auth/token", data=form).json().get("access_token")
        return {"Authorization": f"Bearer {token}"}

    return login
