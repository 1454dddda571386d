"""What can't be seen from outside: something of yours in a dependency's place."""

from conftest import TODOS, Login, make
from fastapi import FastAPI
from fastapi.testclient import TestClient
from todo_api.dependencies import get_notifier, get_settings
from todo_api.settings import Settings


class Recorder:
    """A notifier that tells nobody, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def todo_changed(self, user_id: int, kind: str, todo_id: int) -> None:  # noqa: ARG002
        self.told.append(kind)


# region 07.4: your test of what the notifier is told
# | # app.dependency_overrides[get_notifier] = …
def test_the_notifier_is_told_of_each_change(
    app: FastAPI, client: TestClient, login: Login
) -> None:
    recorder = Recorder()
    app.dependency_overrides[get_notifier] = lambda: recorder
    ada = login("ada")
    path = f"{TODOS}/{make(client, ada)['id']}"
    client.patch(path, json={"completed": True}, headers=ada)
    client.delete(path, headers=ada)
    assert recorder.told == ["created", "changed", "deleted"]


# endregion


def test_a_token_ends(app: FastAPI, client: TestClient, login: Login) -> None:
    """The worked example: settings of this test's own, with which a token ends before it begins."""
    me = "/api/v1/users/me"
    assert client.get(me, headers=login("ada")).status_code == 200
    app.dependency_overrides[get_settings] = lambda: Settings(access_token_expire_minutes=-1)
    assert client.get(me, headers=login("bob")).status_code == 401
