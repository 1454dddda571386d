"""One app for a class of tests, and somebody new for each test: rows that nobody shares."""

from itertools import count

import pytest
from fastapi.testclient import TestClient
from todo_api.main import create_app

numbers = count(1)


@pytest.fixture(scope="class")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("database")
        patch.setenv("TODO_DATABASE_URL", f"sqlite+aiosqlite:///{folder / 'todo.db'}")
        patch.setenv("TODO_PASSWORD_COST", "1")
        with TestClient(create_app()) as client:
            yield client


class Person:
    def __init__(self, client):
        self.client = client
        self.name = f"person-{next(numbers)}"
        self.email, self.password = f"{self.name}@example.org", "correct horse"
        body = {"email": self.email, "name": self.name}
        body |= {"password": self.password, "password_again": self.password}
        self.id = client.post("/api/v1/users", json=body).json()["id"]
        self.headers = {"Authorization": f"Bearer {self.log_in().json()['access_token']}"}

    def log_in(self, password=None):
        form = {"username": self.email, "password": password or self.password}
        return self.client.post("/api/v1/auth/token", data=form)

    def ask(self, method, path, **more):
        return self.client.request(method, f"/api/v1{path}", headers=self.headers, **more)


@pytest.fixture
def me(client):
    return Person(client)


@pytest.fixture
def somebody(client):
    return Person(client)
