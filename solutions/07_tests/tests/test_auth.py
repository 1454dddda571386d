"""Who is let in, and who may see what."""

from conftest import TODOS, Login, make
from fastapi.testclient import TestClient


# region 07.3: your tests of the login, and of what a stranger may see
# | # login("ada") and login("bob") are two people
def test_a_stranger_finds_nothing(client: TestClient, login: Login) -> None:
    ada, bob = login("ada"), login("bob")
    path = f"{TODOS}/{make(client, ada)['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        answer = client.request(method, path, json={"completed": True}, headers=bob)
        assert answer.status_code == 404
    assert client.get(TODOS, headers=bob).json()["items"] == []
    assert client.delete(path, headers=ada).status_code == 204
    assert client.get(path, headers=ada).json()["error"]["code"] == "not_found"


def test_a_wrong_password_is_401(client: TestClient, login: Login) -> None:
    login("ada")
    form = {"username": "ada@example.com", "password": "not ada's password"}
    assert client.post("/api/v1/auth/token", data=form).status_code == 401


# endregion
