"""Todos: what is sent, what is answered, what is there afterwards."""

from typing import Any

import pytest
from conftest import TODOS, Login, make
from fastapi.testclient import TestClient


# The worked example: the promise is the name; then what is done, and what must be so.
def test_nobody_begins_with_a_todo(client: TestClient, login: Login) -> None:
    answer = client.get(TODOS, headers=login("ada"))
    assert answer.status_code == 200
    assert answer.json()["total"] == 0


# region 07.2: your tests of creating, reading, listing and changing
# | # def test_…(client: TestClient, login: Login) -> None:
def test_a_new_todo_is_kept(client: TestClient, login: Login) -> None:
    ada = login("ada")
    made = client.post(TODOS, json={"title": "Buy milk"}, headers=ada)
    assert made.status_code == 201
    read = client.get(f"{TODOS}/{made.json()['id']}", headers=ada)
    assert read.json() == made.json()


@pytest.mark.parametrize("wrong", [{"title": "  "}, {"priority": 0}, {"priority": 6}])
def test_what_breaks_a_rule_is_422(client: TestClient, login: Login, wrong: Any) -> None:
    body = {"title": "Buy milk", **wrong}
    assert client.post(TODOS, json=body, headers=login("ada")).status_code == 422


def test_a_list_has_a_page_of_all_that_match(client: TestClient, login: Login) -> None:
    ada = login("ada")
    first, *_ = [make(client, ada, title) for title in ("one", "two", "three")]
    client.patch(f"{TODOS}/{first['id']}", json={"completed": True}, headers=ada)
    page = client.get(f"{TODOS}?size=2", headers=ada).json()
    assert (len(page["items"]), page["total"]) == (2, 3)
    done = client.get(f"{TODOS}?completed=true", headers=ada).json()
    assert [todo["id"] for todo in done["items"]] == [first["id"]]


def test_a_change_leaves_the_rest(client: TestClient, login: Login) -> None:
    ada = login("ada")
    path = f"{TODOS}/{make(client, ada, notes='two litres')['id']}"
    client.patch(path, json={"completed": True}, headers=ada)
    read = client.get(path, headers=ada).json()
    assert (read["notes"], read["completed"]) == ("two litres", True)


# endregion
