"""Both kinds of subtests: in each, some notice a bug, and some are untrue."""

import unittest

import pytest
from conftest import TODOS


class TestRules(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def ask(self, client, login):
        self.client, self.ada = client, login("ada")

    def test_what_breaks_a_rule(self):
        for title in ("", "  ", "x" * 201):
            with self.subTest(title=title):
                answer = self.client.post(TODOS, json={"title": title}, headers=self.ada)
                self.assertEqual(answer.status_code, 422)

    def test_each_is_untrue(self):
        for path in ("/health/live", "/health/ready"):
            with self.subTest(path=path):
                assert self.client.get(path).status_code == 204


def test_what_is_made(client, login, subtests):
    ada = login("ada")
    for title in ("Buy milk", "Buy bread"):
        with subtests.test(title=title):
            answer = client.post(TODOS, json={"title": title}, headers=ada)
            assert answer.status_code == 201


def test_untrue(client, subtests):
    with subtests.test("alive"):
        assert client.get("/health/live").status_code == 204
