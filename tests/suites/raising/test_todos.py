import pytest
from conftest import TODOS, make


def test_a_field_that_is_not_there(client, login):
    assert make(client, login("ada"))["heading"] == "Buy milk"


def test_a_refusal_is_expected_in_vain(client):
    with pytest.raises(KeyError):
        client.get(TODOS)
