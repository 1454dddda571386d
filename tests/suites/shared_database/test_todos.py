TODOS = "/api/v1/todos"


def test_nobody_begins_with_a_todo(client, login):
    assert client.get(TODOS, headers=login("ada")).json()["total"] == 0


def test_there_is_one_todo(client, login):
    ada = login("ada")
    client.post(TODOS, json={"title": "Buy milk"}, headers=ada)
    assert client.get(TODOS, headers=ada).json()["total"] == 1


def test_me(client, login):
    assert client.get("/api/v1/users/me", headers=login("ada")).json()["name"] == "ada"
