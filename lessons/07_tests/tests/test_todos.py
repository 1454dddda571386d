"""Todos: what is sent, what is answered, what is there afterwards."""

from typing import Any

import pytest
from conftest import TODOS, Login, make
from fastapi.testclient import TestClient


# The worked example: the promise is the name; then what is done, and what must be so.
def test_nobody_begins_with_a_todo(client: TestClient, login: Login) -> None:
    answer = client.get(TODOS, headers=login("ada"))
    assert answer.status_code == 200
    assert answer.json()["total"] == 0


# TODO 07.2: your tests of creating, reading, listing and changing
# def test_…(client: TestClient, login: Login) -> None:
# end 07.2
