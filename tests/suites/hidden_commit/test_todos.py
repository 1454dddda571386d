import pytest
from conftest import TODOS


async def test_a_new_todo_is_there(client):
    made = await client.post(TODOS, json={"title": "Buy milk", "notes": "two"})
    assert made.status_code == 201
    read = await client.get(f"{TODOS}/{made.json()['id']}")
    assert read.json()["title"] == "Buy milk"


@pytest.mark.parametrize("wrong", [{"title": " "}, {"priority": 0}])
async def test_rules(client, wrong):
    assert (await client.post(TODOS, json={"title": "x", **wrong})).status_code == 422


async def test_the_list(client):
    for title in ("one", "two", "three"):
        last = (await client.post(TODOS, json={"title": title})).json()
    await client.patch(f"{TODOS}/{last['id']}", json={"completed": True})
    assert (await client.get(f"{TODOS}?size=1")).json()["total"] == 3
    done = (await client.get(f"{TODOS}?completed=true")).json()["items"]
    assert [todo["title"] for todo in done] == ["three"]


async def test_a_change(client):
    made = (await client.post(TODOS, json={"title": "Buy milk", "notes": "two"})).json()
    changed = await client.patch(f"{TODOS}/{made['id']}", json={"completed": True})
    assert changed.json()["notes"] == "two"
