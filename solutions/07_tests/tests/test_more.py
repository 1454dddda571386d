"""A promise about every text, instead of one."""

from conftest import Login, make
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

# Letters, digits and signs of every script, without spaces or control characters.
WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200)


# region 07.5: a property of every text, or what a socket hears
# | # @given(WORDS)
def test_a_title_comes_back_as_it_was_written(client: TestClient, login: Login) -> None:
    ada = login("ada")

    @given(WORDS)
    def comes_back(title: str) -> None:
        assert make(client, ada, title)["title"] == title

    comes_back()


# endregion
