from conftest import TODOS, make


def test_a_todo_can_be_made(client, login):
    ada = login("ada")
    client.post(TODOS, json={"title": "Buy milk"}, headers=ada)
    client.get(TODOS, headers=ada)


def test_nothing():
    pass


def test_a_todo_has_a_title(client, login):
    assert "title" in make(client, login("ada"))
