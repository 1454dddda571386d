"""What only PostgreSQL shows: SQLite compares "1" with 1, and lets requests share a connection.

Each test has a database of its own, which it drops. TODO_TEST_DATABASE_URL names a server whose
user may create databases; without it the usual local address is tried.
"""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from workshop import build, proof
from workshop.bench import Bench
from workshop.checks import App, a_number, an_instant
from workshop.course import Lesson, lessons
from workshop.stage import Stage

pytestmark = pytest.mark.slow

LOCAL = [
    f"postgresql+asyncpg://{user}@127.0.0.1:5432/{database}"
    for user in ("postgres", "root")
    for database in ("test", "postgres")
]
SERVERS = (
    [os.environ["TODO_TEST_DATABASE_URL"]] if "TODO_TEST_DATABASE_URL" in os.environ else LOCAL
)
WITH_LOGIN = [one for one in lessons() if one.number >= "03" and one.holds == "todo_api"]
MISTAKES = {
    one.name: one for one in proof.variants(Path(__file__).parent / "mistakes/03.toml", "mistake")
}
BOB = {
    "email": "bob@example.com",
    "name": "bob",
    "password": "correct horse battery",
    "password_again": "correct horse battery",
}


def execute(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""

    async def run() -> None:
        connection = await asyncpg.connect(dsn(url), timeout=5)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def dsn(url: str) -> str:
    """An address as asyncpg wants it."""
    return url.replace("postgresql+asyncpg:", "postgresql:", 1)


@pytest.fixture(scope="module")
def server() -> str:
    """The address of a PostgreSQL that answers."""
    said = ""
    for url in SERVERS:
        try:
            execute(url, "SELECT 1")
        except (OSError, asyncpg.PostgresError) as error:
            said = f"{type(error).__name__}: {error}"
        else:
            return url
    pytest.skip(f"no PostgreSQL answers at {' or '.join(SERVERS)} ({said})")


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"workshop_{secrets.token_hex(8)}"
    execute(server, f"CREATE DATABASE {name}")
    yield f"{server.rpartition('/')[0]}/{name}"
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def serving(bench: Bench, lesson: Lesson, code: Path, database: str) -> Iterator[App]:
    """The app in the folder `code`, on a database whose tables were made by hand."""
    subprocess.run(
        [sys.executable, "-m", "todo_api.database"],
        cwd=code,
        env={**os.environ, "TODO_DATABASE_URL": database},
        check=True,
        timeout=60,
    )
    stage = Stage(bench, lesson, code, logs_in=False)
    yield stage.start(database_url=database)
    bench.ready()  # the app stops, or dropping its database would break its connections off


@contextmanager
def writes_wait(database: str) -> Iterator[None]:
    """Let no write to the users through, and every read."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(dsn(database), timeout=5))
        try:
            runner.run(connection.execute("BEGIN; LOCK TABLE users IN EXCLUSIVE MODE"))
            yield
        finally:
            runner.run(connection.close())


@pytest.mark.parametrize("lesson", WITH_LOGIN, ids=lambda lesson: lesson.number)
def test_every_route_works_on_postgresql(
    lesson: Lesson, bench: Bench, database: str, tmp_path: Path
) -> None:
    build.write(build.solved_up_to(lesson, lesson.tasks[-1].number), tmp_path)
    with serving(bench, lesson, tmp_path, database) as app:
        assert app.get("/health/live").status == 200
        assert app.get("/health/ready").status == 200
        assert app.get("/api/v1/dashboard").status == 200

        ada, bob = app.user("ada"), app.user("bob")
        assert app.post("/api/v1/users", BOB).status == 409
        me = ada.get("/api/v1/users/me")
        assert me.status == 200
        assert me["id"] == ada.id
        assert me["created_at"] == an_instant
        wrong = {"username": "bob@example.com", "password": "not his"}
        assert app.request("POST", "/api/v1/auth/token", data=wrong).status == 401

        due = "2030-02-01T03:00:00+09:00"
        made = ada.post("/api/v1/todos", {"title": "Buy milk", "notes": None, "due_at": due})
        assert made.status == 201
        assert made["id"] == a_number
        path = f"/api/v1/todos/{made['id'].value}"
        assert ada.get(path)["due_at"] == "2030-01-31T18:00:00Z"
        changed = ada.patch(path, {"title": "Buy oat milk", "completed": True})
        assert changed.status == 200
        assert changed["title"] == "Buy oat milk"
        listed = ada.get("/api/v1/todos?completed=true&priority=3&size=1")
        assert listed["items"] == [changed.body.value]
        assert listed["total"] == 1

        assert bob.get("/api/v1/todos")["total"] == 0
        for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
            assert bob.request(method, path, json=body).status == 404
        assert ada.delete(path).status == 204
        assert ada.get(path).status == 404

        execute(database, f"UPDATE users SET is_active = false WHERE id = {bob.id}")
        assert bob.get("/api/v1/users/me").status == 401
        assert app.held_connections == 0
        assert app.told()["raised"] == []


def two_at_once(app: App, database: str) -> list[int]:
    """The statuses of a write that has to wait, and of a read that begins meanwhile."""
    with writes_wait(database):
        write = app.begin("POST", "/api/v1/users", json=BOB)
        app.begun("INSERT INTO users", by=write)
        read = app.begin("GET", "/health/ready")
        app.begun("SELECT 1", by=read)
    return [write.answer().status.value, read.answer().status.value]


def test_two_requests_at_once_have_a_session_each(
    bench: Bench, database: str, tmp_path: Path
) -> None:
    lesson = WITH_LOGIN[0]
    build.write(build.solved_up_to(lesson, lesson.tasks[-1].number), tmp_path)
    with serving(bench, lesson, tmp_path, database) as app:
        assert two_at_once(app, database) == [201, 200]


def test_a_session_that_requests_share_fails_when_two_come_at_once(
    bench: Bench, database: str, tmp_path: Path
) -> None:
    """On SQLite both succeed, one after the other."""
    lesson = WITH_LOGIN[0]
    proof.write(lesson, MISTAKES["one session for all requests"], tmp_path)
    with serving(bench, lesson, tmp_path, database) as app:
        assert 500 in two_at_once(app, database)
        assert "another operation is in progress" in str(app.told()["raised"])


def test_a_sub_that_is_left_a_text_fails_with_every_good_token(
    bench: Bench, database: str, tmp_path: Path
) -> None:
    """On SQLite they are all good: only the types that were sent tell."""
    lesson = WITH_LOGIN[0]
    proof.write(lesson, MISTAKES["a sub that stays a text"], tmp_path)
    on_sqlite = Stage(bench, lesson, tmp_path, logs_in=False).start()
    assert on_sqlite.user("bob").get("/api/v1/users/me").status == 200
    with serving(bench, lesson, tmp_path, database) as app:
        assert app.user("bob").get("/api/v1/users/me").status == 500
        raised = app.told()["raised"]
        assert "'str' object cannot be interpreted as an integer" in raised[0]["text"]
