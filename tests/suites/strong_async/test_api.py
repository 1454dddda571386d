from datetime import UTC, datetime, timedelta

import pytest
from jose import jwt
from todo_api.dependencies import get_notifier


async def added(client, **fields):
    answer = await client.post("/todos", json={"title": "Écrire à Jürgen 写信", **fields})
    answer.raise_for_status()
    return answer


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"title": "\t "}, {"title": "x" * 201}, {"priority": 0}, {"priority": 6}],
)
async def test_bad_fields_are_refused(grace, fields):
    answer = await grace.post("/todos", json={"title": "x", **fields})
    assert answer.status_code == 422


async def test_added_todos_can_be_read_where_location_says(grace):
    answer = await added(grace, priority=1)
    assert answer.status_code == 201
    assert answer.json()["title"] == "Écrire à Jürgen 写信"
    read = await grace.get(answer.headers["Location"].removeprefix("/api/v1"))
    assert read.status_code == 200
    assert read.json() == answer.json()


async def test_pages(grace):
    made = {(await added(grace)).json()["id"] for _ in range(5)}
    pages = [(await grace.get("/todos", params={"page": n, "size": 2})).json() for n in (1, 2, 3)]
    assert [page["total"] for page in pages] == [5, 5, 5]
    assert {todo["id"] for page in pages for todo in page["items"]} == made


async def test_filters(grace):
    todo = (await added(grace)).json()
    await added(grace)
    await grace.patch(f"/todos/{todo['id']}", json={"completed": True})
    for completed, count in ((True, 1), (False, 1)):
        page = (await grace.get("/todos", params={"completed": completed})).json()
        assert [one["completed"] for one in page["items"]] == [completed] * count


async def test_patch_and_delete(grace):
    path = f"/todos/{(await added(grace, notes='n', priority=5)).json()['id']}"
    changed = (await grace.patch(path, json={"title": "y"})).json()
    assert (changed["title"], changed["notes"], changed["priority"]) == ("y", "n", 5)
    assert (await grace.delete(path)).status_code == 204
    gone = await grace.get(path)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "not_found")


async def test_nothing_of_mine_is_alans(grace, alan):
    path = f"/todos/{(await added(grace)).json()['id']}"
    assert (await alan.get(path)).status_code == 404
    assert (await alan.get("/todos")).json()["total"] == 0
    assert (await alan.patch(path, json={"title": "mine now"})).status_code == 404
    assert (await alan.delete(path)).status_code == 404
    assert (await grace.get(path)).status_code == 200


async def test_logins(grace):
    wrong = {"username": "grace@example.com", "password": "alan alan"}
    assert (await grace.post("/auth/token", data=wrong)).status_code == 401
    ended = datetime.now(UTC) - timedelta(seconds=1)
    me = (await grace.get("/users/me")).json()["id"]
    claims = {"sub": str(me), "exp": ended}
    token = jwt.encode(claims, "a secret of this test, 32 characters long", algorithm="HS256")
    answer = await grace.get("/users/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_the_notifier_is_told(app, grace):
    told = []

    class Notifier:
        async def todo_changed(self, user_id, kind, todo_id):
            told.append((kind, todo_id))

    app.dependency_overrides[get_notifier] = Notifier
    todo = (await added(grace)).json()["id"]
    await grace.patch(f"/todos/{todo}", json={"priority": 4})
    assert told == [("created", todo), ("changed", todo)]
