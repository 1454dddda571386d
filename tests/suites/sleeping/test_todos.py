import time

from conftest import TODOS, make


def test_a_change_moves_updated_at(client, login):
    ada = login("ada")
    todo = make(client, ada)
    time.sleep(0.2)
    changed = client.patch(f"{TODOS}/{todo['id']}", json={"completed": True}, headers=ada).json()
    assert changed["updated_at"] > todo["updated_at"]
