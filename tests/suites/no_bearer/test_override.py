def test_without_a_token(client, login):
    assert client.get("/api/v1/users/me").status_code == 401
