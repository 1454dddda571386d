from conftest import TODOS, make


def test_create(client, login):
    answer = client.post(TODOS, json={"title": "Buy milk"}, headers=login("ada"))
    assert answer.status_code == 201
    assert answer.json()["title"] == "Buy milk"


def test_read(client, login):
    ada = login("ada")
    todo = make(client, ada)
    assert client.get(f"{TODOS}/{todo['id']}", headers=ada).json() == todo


def test_delete(client, login):
    ada = login("ada")
    todo = make(client, ada)
    assert client.delete(f"{TODOS}/{todo['id']}", headers=ada).status_code == 204
    assert client.get(f"{TODOS}/{todo['id']}", headers=ada).status_code == 404
