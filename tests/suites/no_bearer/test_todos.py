from conftest import TODOS


def test_nobody_begins_with_a_todo(client, login):
    answer = client.get(TODOS, headers=login("ada"))
    assert answer.status_code == 200
    assert answer.json()["total"] == 0
