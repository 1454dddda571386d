"""Who is let in, and who may see what."""

from conftest import TODOS, Login, make
from fastapi.testclient import TestClient


# TODO 07.3: your tests of the login, and of what a stranger may see
# login("ada") and login("bob") are two people
# end 07.3
