from unittest.mock import AsyncMock

import pytest
from todo_api.dependencies import get_notifier, get_settings
from todo_api.settings import Settings


@pytest.fixture
def todo(me):
    return me.ask("POST", "/todos", json={"title": "a", "notes": "b", "priority": 1}).json()


class TestTodos:
    def test_create(self, me):
        answer = me.ask("POST", "/todos", json={"title": " c "})
        assert answer.status_code == 201
        assert (answer.json()["title"], answer.json()["completed"]) == ("c", False)

    def test_rules(self, me):
        for body in ({"title": ""}, {"title": "a", "priority": 0}, {"title": "a", "color": 1}):
            assert me.ask("POST", "/todos", json=body).status_code == 422, body

    def test_read(self, me, todo):
        assert me.ask("GET", f"/todos/{todo['id']}").json()["title"] == "a"

    def test_patch_keeps_the_rest(self, me, todo):
        after = me.ask("PATCH", f"/todos/{todo['id']}", json={"title": "z"}).json()
        assert {**after, "updated_at": 0} == {**todo, "title": "z", "updated_at": 0}

    def test_delete(self, me, todo):
        me.ask("DELETE", f"/todos/{todo['id']}")
        assert me.ask("GET", f"/todos/{todo['id']}").status_code == 404

    def test_unknown(self, me):
        error = me.ask("GET", "/todos/999999").json()["error"]
        assert error["code"] == "not_found"

    def test_list(self, me, todo):
        me.ask("POST", "/todos", json={"title": "second"})
        page = me.ask("GET", "/todos?size=1").json()
        assert (len(page["items"]), page["total"]) == (1, 2)
        assert me.ask("GET", "/todos?completed=true").json()["items"] == []


class TestPeople:
    def test_somebody_else(self, me, somebody, todo):
        path = f"/todos/{todo['id']}"
        assert somebody.ask("GET", path).status_code == 404

    def test_somebody_elses_change(self, me, somebody, todo):
        path = f"/todos/{todo['id']}"
        assert somebody.ask("DELETE", path).status_code == 404
        assert somebody.ask("PATCH", path, json={"title": "!"}).status_code == 404

    def test_somebody_elses_list(self, me, somebody, todo):
        assert todo["id"] not in [
            one["id"] for one in somebody.ask("GET", "/todos").json()["items"]
        ]

    def test_wrong_password(self, me):
        assert me.log_in("battery staple").status_code == 401

    def test_an_ended_token(self, client, me):
        client.app.dependency_overrides[get_settings] = lambda: Settings(
            access_token_expire_minutes=-1
        )
        try:
            token = me.log_in().json()["access_token"]
        finally:
            client.app.dependency_overrides.clear()
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/users/me", headers=headers).status_code == 401


class TestEvents:
    @pytest.fixture
    def notifier(self, client):
        notifier = AsyncMock()
        client.app.dependency_overrides[get_notifier] = lambda: notifier
        yield notifier
        client.app.dependency_overrides.clear()

    def test_a_change_is_told(self, notifier, me, todo):
        me.ask("PATCH", f"/todos/{todo['id']}", json={"completed": True})
        notifier.todo_changed.assert_awaited_with(me.id, "changed", todo["id"])

    def test_a_message_in_greek(self, client, me):
        ticket = me.ask("POST", "/ws/tickets").json()["ticket"]
        with client.websocket_connect(f"/ws/agora?ticket={ticket}") as socket:
            socket.send_json({"text": "γνῶθι σεαυτόν"})
            heard = socket.receive_json()
        assert (heard["type"], heard.get("text")) == ("message", "γνῶθι σεαυτόν")
