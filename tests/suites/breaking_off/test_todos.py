import os

from conftest import make


def test_leaves(client):
    os._exit(0)


def test_made(client, login):
    assert make(client, login("ada"))["completed"] is False
