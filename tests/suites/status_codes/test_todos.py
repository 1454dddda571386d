import pytest
from conftest import TODOS, make


def test_statuses(client, login):
    ada = login("ada")
    assert client.post(TODOS, json={"title": "Buy milk"}, headers=ada).status_code == 201
    assert client.get(TODOS, headers=ada).status_code == 200


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("PATCH", 200), ("DELETE", 204)])
def test_statuses_of_one(client, login, method, status):
    ada = login("ada")
    path = f"{TODOS}/{make(client, ada)['id']}"
    assert client.request(method, path, json={}, headers=ada).status_code == status


@pytest.mark.parametrize("path", [TODOS, "/api/v1/users/me"])
def test_statuses_of_nobody(client, path):
    assert client.get(path).status_code == 401


def test_statuses_of_a_login(client, login):
    login("ada")
    form = {"username": "ada@example.com", "password": "nothing like it"}
    assert client.post("/api/v1/auth/token", data=form).status_code == 401
