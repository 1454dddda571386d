from conftest import TODOS


def test_nobody_begins_with_a_todo(client, login):
    assert client.get(TODOS, headers=login("ada")).json()["total"] == 0


def test_a_new_todo_is_201(client, login):
    answer = client.post(TODOS, json={"title": "Buy milk"}, headers=login("ada"))
    assert answer.status_code == 201


def test_it_is_alive(client):
    assert client.get("/health/live").json() == {"status": "live"}
