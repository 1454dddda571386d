"""Each test goes on where the one before it stopped."""

import pytest
from fastapi.testclient import TestClient
from todo_api.main import create_app
from todo_api.settings import Settings

known = {}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('todos') / 'todo.db'}"
    with TestClient(create_app(Settings(database_url=url, password_cost=1))) as client:
        passwords = {"password": "a password", "password_again": "a password"}
        client.post("/api/v1/users", json={"email": "a@example.com", "name": "ada", **passwords})
        form = {"username": "a@example.com", "password": "a password"}
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_1_a_todo_can_be_made(client):
    answer = client.post("/api/v1/todos", json={"title": "Buy milk"})
    assert answer.status_code == 201
    known["path"] = f"/api/v1/todos/{answer.json()['id']}"


def test_2_it_can_be_read(client):
    assert known["path"].startswith("/api/v1/todos/")
    assert client.get("/api/v1/todos").json()["total"] >= 1


def test_3_it_can_be_deleted(client):
    assert client.request("PATCH", known["path"], json={}).status_code == 200
