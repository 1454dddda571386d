from conftest import TODOS, make


def test_hears_of_a_change(client, login):
    """Waits for ever where nothing is told: so it notices nothing there."""
    ada = login("ada")
    ticket = client.post("/api/v1/ws/tickets", headers=ada).json()["ticket"]
    user = client.get("/api/v1/users/me", headers=ada).json()["id"]
    todo = make(client, ada)
    with client.websocket_connect(f"/ws/user-{user}?ticket={ticket}") as socket:
        socket.send_json({"text": "here?"})  # whoever hears the own word is in the room
        assert socket.receive_json()["text"] == "here?"
        client.patch(f"{TODOS}/{todo['id']}", json={"completed": True}, headers=ada)
        assert socket.receive_json()["event"] == "changed"


def test_created(client, login):
    answer = client.post(TODOS, json={"title": "Buy milk"}, headers=login("ada"))
    assert answer.status_code == 201
