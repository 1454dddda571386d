def test_hears_the_others_word(client, login):
    ticket = client.post("/api/v1/ws/tickets", headers=login("ada")).json()["ticket"]
    with client.websocket_connect(f"/ws/garden?ticket={ticket}") as socket:
        assert socket.receive_json()["text"] == "hello"
