import pytest
from fastapi.testclient import TestClient
from todo_api.main import create_app
from todo_api.settings import Settings

TODOS = "/api/v1/todos"


@pytest.fixture
def client(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'todo.db'}"
    with TestClient(create_app(Settings(database_url=url, password_cost=1))) as client:
        yield client


@pytest.fixture
def login(client):
    def login(name):
        form = {"username": f"{name}@example.com", "password": "a password"}
        passwords = {"password": "a password", "password_again": "a password"}
        client.post("/api/v1/users", json={"email": form["username"], "name": name, **passwords})
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        return {"Authorization": token}

    return login
