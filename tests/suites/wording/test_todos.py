from conftest import TODOS, make


def test_a_missing_todo(client, login):
    answer = client.get(f"{TODOS}/123", headers=login("ada"))
    assert answer.json()["error"]["message"] == "there is no such todo"


def test_the_whole_todo(client, login):
    assert set(make(client, login("ada"))) == {
        "id",
        "title",
        "notes",
        "priority",
        "completed",
        "due_at",
        "created_at",
        "updated_at",
    }


def test_a_blank_title(client, login):
    answer = client.post(TODOS, json={"title": ""}, headers=login("ada"))
    assert answer.status_code == 422


def test_created(client, login):
    answer = client.post(TODOS, json={"title": "Buy milk"}, headers=login("ada"))
    assert answer.status_code == 201
