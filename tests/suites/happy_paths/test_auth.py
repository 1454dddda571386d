def test_me(client, login):
    assert client.get("/api/v1/users/me", headers=login("ada")).json()["name"] == "ada"


def test_a_login_answers_a_token(client, login):
    login("ada")
    form = {"username": "ada@example.com", "password": "ada's password"}
    answer = client.post("/api/v1/auth/token", data=form)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
