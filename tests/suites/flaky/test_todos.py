from conftest import TODOS, make

tries = []


def test_sometimes(client, login):
    """Every other time, as a race would have it, and no two times the same on one API."""
    tries.append(client.get(TODOS, headers=login("ada")).status_code)
    assert len(tries) % 2 == 0


def test_made(client, login):
    assert make(client, login("ada"))["completed"] is False
