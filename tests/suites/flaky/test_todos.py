import random

from conftest import TODOS, make


def test_sometimes(client, login):
    assert client.get(TODOS, headers=login("ada")).status_code == 200
    assert random.random() < 0.5


def test_made(client, login):
    assert make(client, login("ada"))["completed"] is False
