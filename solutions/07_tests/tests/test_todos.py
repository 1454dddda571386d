"""Todos: what is sent, what is answered, what is there afterwards."""

import pytest
from conftest import Login
from fastapi.testclient import TestClient

TODOS = "/api/v1/todos"


# The worked example: one promise, in the name; a request; what must be so.
def test_a_login_is_needed(client: TestClient) -> None:
    assert client.get(TODOS).status_code == 401


# region 07.2: your tests of creating, reading, paging, changing
# | # def test_…(client: TestClient, login: Login) -> None:
def test_a_new_todo_is_kept(client: TestClient, login: Login) -> None:
    ada = login("ada")
    made = client.post(TODOS, json={"title": "Buy milk", "priority": 2}, headers=ada)
    assert made.status_code == 201
    assert made.json()["title"] == "Buy milk"
    read = client.get(f"{TODOS}/{made.json()['id']}", headers=ada)
    assert read.json() == made.json()


@pytest.mark.parametrize("wrong", [{"title": "  "}, {"priority": 0}, {"priority": 6}])
def test_what_breaks_a_rule_is_422(
    client: TestClient, login: Login, wrong: dict[str, object]
) -> None:
    body = {"title": "Buy milk", **wrong}
    assert client.post(TODOS, json=body, headers=login("ada")).status_code == 422


def test_a_page_has_its_part_and_the_total_of_all(client: TestClient, login: Login) -> None:
    ada = login("ada")
    for title in ("one", "two", "three"):
        client.post(TODOS, json={"title": title}, headers=ada)
    pages = [client.get(f"{TODOS}?size=2&page={n}", headers=ada).json() for n in (1, 2)]
    assert [len(page["items"]) for page in pages] == [2, 1]
    assert [page["total"] for page in pages] == [3, 3]


def test_a_change_leaves_the_rest(client: TestClient, login: Login) -> None:
    ada = login("ada")
    made = client.post(TODOS, json={"title": "Buy milk", "notes": "two"}, headers=ada).json()
    client.patch(f"{TODOS}/{made['id']}", json={"completed": True}, headers=ada)
    read = client.get(f"{TODOS}/{made['id']}", headers=ada).json()
    assert read == {**made, "completed": True, "updated_at": read["updated_at"]}
# endregion
