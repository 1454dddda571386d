"""A promise about every text, instead of one."""

from conftest import Login, make
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

# Letters, digits and signs of every script, without spaces or control characters.
WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200)


# TODO 07.5: a property of every text, or what a socket hears
# @given(WORDS)
# end 07.5
