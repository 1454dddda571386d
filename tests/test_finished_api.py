"""The finished API, as it is deployed: on a real uvicorn process, on SQLite and on PostgreSQL.

TODO_TEST_DATABASE_URL names a PostgreSQL server whose user may create databases; without it the
usual local address is tried.
"""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import ssl
import subprocess
import sys
import sysconfig
import threading
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from workshop.course import ROOT
from workshop.deployed import (
    FOLDER,
    KEY,
    OPTIONS,
    Api,
    Database,
    Relay,
    on_postgresql,
    postgresql_database,
    sqlite_database,
)
from workshop.tokens import forge

pytestmark = pytest.mark.slow

TODOS = "/api/v1/todos"
READY = "/health/ready"
PASSWORD = "correct horse battery"
LOCAL = [f"postgresql+asyncpg://{user}@127.0.0.1:5432/test" for user in ("postgres", "root")]
SERVERS = (
    [os.environ["TODO_TEST_DATABASE_URL"]] if "TODO_TEST_DATABASE_URL" in os.environ else LOCAL
)

TLS = ssl.create_default_context()
"""One for all clients: each that makes its own takes 20 ms for it."""

Serve = Callable[..., Api]


@pytest.fixture(scope="module")
def server() -> str:
    """The address of a PostgreSQL that answers."""
    said = ""
    for url in SERVERS:
        try:
            on_postgresql(url, "SELECT 1")
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        else:
            return url
    pytest.skip(f"no PostgreSQL answers at {' or '.join(SERVERS)} ({said})")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as made:
            yield made
    else:
        with postgresql_database(request.getfixturevalue("server")) as made:
            yield made


@pytest.fixture
def postgresql(server: str) -> Iterator[Database]:
    with postgresql_database(server) as made:
        yield made


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Start the API on a database; it is ended after the test."""
    begun: list[Api] = []

    def start(url: str, **settings: str) -> Api:
        begun.append(Api(url, **settings))
        return begun[-1]

    # The database is dropped after this, so it must be there before.
    for name in ("database", "postgresql"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    yield start
    for api in begun:
        if api.running:
            api.end(signal.SIGKILL)


def asking(api: Api, token: str = "", **more: Any) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(
        base_url=api.base, headers=headers, timeout=60, trust_env=False, **more
    )


def person(name: str) -> dict[str, str]:
    passwords = {"password": PASSWORD, "password_again": PASSWORD}
    return {"email": f"{name}@example.com", "name": name, **passwords}


def logged_in(api: Api, name: str = "ada") -> tuple[int, str]:
    """A new user's id and token."""
    with httpx.Client(base_url=api.base, timeout=60, trust_env=False) as client:
        made = client.post("/api/v1/users", json=person(name))
        assert made.status_code == 201, made.text
        form = {"username": f"{name}@example.com", "password": PASSWORD}
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        return made.json()["id"], token


async def at_once(count: int, work: Callable[[int], Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(work(number))  # type: ignore[arg-type]


def is_unavailable(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable"


# The contract


def test_schemathesis_finds_no_failure_and_no_answer_that_is_not_described(
    database: Database, serve: Serve, tmp_path: Path
) -> None:
    api = serve(database.url).ready()
    _, token = logged_in(api)
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(
        # Refusals of what is wrong in two ways at once: If-Match is looked at before the body.
        "[checks.negative_data_rejection]\n"
        'expected-statuses = ["400", "401", "404", "405", "412", "422"]\n'
        "[checks.positive_data_acceptance]\n"
        'expected-statuses = ["2xx", "401", "404", "409", "412"]\n'
        # What JSON Schema can't say: two passwords that agree, a text without control characters.
        + "".join(
            f'[[operations]]\ninclude-name = "{name}"\n'
            "checks.positive_data_acceptance.enabled = false\n"
            for name in (
                "POST /api/v1/users",
                "POST /api/v1/auth/token",
                "POST /api/v1/todos",
                "PATCH /api/v1/todos/{todo_id}",
            )
        ),
        "utf-8",
    )
    st = shutil.which("st", path=sysconfig.get_path("scripts")) or "st"
    options = ["--header", f"Authorization: Bearer {token}", "--max-examples", "10", "--seed", "8"]
    options += ["--no-color", "--generation-database", "none"]
    ran = subprocess.run(
        [st, "--config-file", str(configuration), "run", f"{api.base}/openapi.json", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "Tested: 12" in ran.stdout, ran.stdout[-1500:]


def test_docs_need_no_other_server(tmp_path: Path, serve: Serve) -> None:
    with sqlite_database(tmp_path) as database:
        api = serve(database.url).ready()
    with httpx.Client(base_url=api.base, trust_env=False) as client:
        page = client.get("/docs")
        assert page.status_code == 200
        named = re.findall(r"""(?:src|href)=["']([^"']+)|url: '([^']+)'""", page.text)
        addresses = ["".join(pair) for pair in named]
        assert len(addresses) == 4
        for address in addresses:
            assert urlsplit(address).netloc == "", address
            assert client.get(f"/{address}").status_code == 200, address
        assert "http" not in re.sub(r"<!--.*?-->", "", page.text)


# Who may do what

PUBLIC = {
    "GET /health/live",
    "GET /health/ready",
    "POST /api/v1/users",
    "POST /api/v1/auth/token",
    "GET /api/v1/dashboard",
}


def body_of(operation: dict[str, Any], described: dict[str, Any]) -> dict[str, Any] | None:
    """The smallest body that an operation takes."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    kinds = {"string": "Theirs", "integer": 1, "boolean": True}
    needed = schema.get("required") or ["title"]
    return {name: kinds[schema["properties"][name]["type"]] for name in needed}


def test_every_route_refuses_whom_it_must(database: Database, serve: Serve) -> None:
    """Generated from /openapi.json: a new route is covered when it appears."""
    api = serve(database.url).ready()
    ada, hers = logged_in(api, "ada")
    gone, theirs = logged_in(api, "gone")
    _, strangers = logged_in(api, "bob")
    database.rows(f"DELETE FROM users WHERE id = {gone}")
    refused = {
        "anonymous": "",
        "expired": forge({"sub": str(ada), "exp": 1}, key=KEY),
        "deleted": theirs,
        "forged": forge({"sub": str(ada)}, key=KEY[::-1]),
    }
    with httpx.Client(base_url=api.base, trust_env=False) as client:
        described = client.get("/openapi.json").json()
        mine = {"Authorization": f"Bearer {hers}"}
        todo = client.post(TODOS, json={"title": "Ada's"}, headers=mine).json()
        before = client.get(TODOS, headers=mine).json()
        seen = set()
        for path, verbs in described["paths"].items():
            for verb, operation in verbs.items():
                route = f"{verb.upper()} {path}"
                if "security" not in operation:
                    seen.add(route)
                    continue
                address, body = path.format(todo_id=todo["id"]), body_of(operation, described)
                for who, token in refused.items():
                    headers = {"Authorization": f"Bearer {token}"} if token else {}
                    answer = client.request(verb, address, json=body, headers=headers)
                    assert answer.status_code == 401, f"{route}, {who}: {answer.status_code}"
                    assert answer.headers["WWW-Authenticate"] == "Bearer", f"{route}, {who}"
                headers = {"Authorization": f"Bearer {strangers}"}
                answer = client.request(verb, address, json=body, headers=headers)
                if address != path:
                    assert answer.status_code == 404, f"{route}, a stranger: {answer.status_code}"
                else:
                    assert answer.is_success, f"{route}, a stranger: {answer.status_code}"
                    assert "Ada" not in answer.text, route
        assert seen == PUBLIC
        assert client.get(TODOS, headers=mine).json() == before


# Faults


async def write_until_killed(api: Api, token: str, kill_at: int) -> tuple[dict[int, set[str]], int]:
    """200 writes and a kill: what each todo may be afterwards, and how many were cut off."""
    wanted: dict[int, set[str]] = {}
    answers = cut = 0

    async def write(number: int) -> None:
        nonlocal answers, cut
        todo, words = None, ""
        async with asking(api, token) as client:
            for step in range(10):
                before, words = words, f"write {number}, {step}, before answer {kill_at}"
                both = {"title": words, "notes": words}
                if todo is not None:
                    wanted[todo] = {before, words}  # until it is answered it may be either
                try:
                    if todo is None:
                        answer = await client.post(TODOS, json=both)
                    else:
                        answer = await client.patch(f"{TODOS}/{todo}", json=both)
                except httpx.TransportError:
                    cut += 1
                    return
                assert answer.is_success, answer.text
                todo = answer.json()["id"]
                wanted[todo] = {words}
                answers += 1
                if answers == kill_at:
                    api.process.kill()

    await at_once(20, write)
    return wanted, cut


def test_what_was_answered_outlives_a_kill(database: Database, serve: Serve) -> None:
    """Twenty times: 200 writes begin, the process is killed among them, and another looks."""
    chance = random.Random(8)
    api = serve(database.url).ready()
    _, token = logged_in(api)
    for _ in range(20):
        following = serve(database.url)  # it starts meanwhile
        wanted, cut = asyncio.run(write_until_killed(api, token, chance.randrange(10, 180)))
        assert cut, "the kill came too late"
        assert api.end(signal.SIGKILL) == -signal.SIGKILL
        api = following.ready()
        rows = {row[0]: row[1:] for row in database.rows("SELECT id, title, notes FROM todos")}
        assert all(title == notes for title, notes in rows.values()), "half a write"
        lost = [todo for todo, words in wanted.items() if rows.get(todo, ("",))[0] not in words]
        assert lost == []
        with httpx.Client(base_url=api.base, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.get(TODOS, headers=headers)
            assert answer.json()["total"] == len(rows)
        database.rows("DELETE FROM todos")


@pytest.fixture
def relay(postgresql: Database) -> Iterator[Relay]:
    address = urlsplit(postgresql.url)
    relay = Relay(address.hostname or "127.0.0.1", address.port or 5432)
    yield relay
    relay.close()


def through(relay: Relay, database: Database) -> str:
    address = urlsplit(database.url)
    return address._replace(netloc=f"{address.username}@127.0.0.1:{relay.port}").geturl()


def test_terminated_backends_are_503_and_then_forgotten(postgresql: Database, serve: Serve) -> None:
    api = serve(postgresql.url).ready()
    _, token = logged_in(api)
    terminate = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    answers: list[httpx.Response] = []
    done = threading.Event()

    async def write(_: int) -> None:
        async with asking(api, token) as client:
            while not done.is_set():
                answers.append(await client.post(TODOS, json={"title": "Buy milk"}))

    writing = threading.Thread(target=lambda: asyncio.run(at_once(10, write)))
    writing.start()
    ended = 0
    try:
        while ended < 30:
            ended += len(postgresql.rows(terminate))
    finally:
        done.set()
        writing.join()
    assert all(one.status_code == 201 or is_unavailable(one) for one in answers)
    made = sum(one.status_code == 201 for one in answers)
    assert any(is_unavailable(one) for one in answers), "no statement was under way"
    # A commit whose answer was lost may have been kept, but none that was answered is missing.
    assert postgresql.rows("SELECT count(*) FROM todos")[0][0] >= made
    with httpx.Client(base_url=api.base, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(20):
            assert client.get(TODOS, headers=headers).status_code == 200
    assert api.running


def test_a_database_that_is_away_for_5_seconds_needs_no_restart(
    postgresql: Database, relay: Relay, serve: Serve
) -> None:
    api = serve(through(relay, postgresql)).ready()
    _, token = logged_in(api)
    with httpx.Client(base_url=api.base, timeout=20, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get(READY).status_code == 200
        relay.cut()
        back = threading.Timer(5, relay.open)
        back.start()
        asked = 0
        while back.is_alive():
            told, todos, live = client.get(READY), client.get(TODOS), client.get("/health/live")
            if back.is_alive():
                assert is_unavailable(told), told.text
                assert is_unavailable(todos), todos.text
                assert int(todos.headers["Retry-After"]) > 0
                asked += 1
            assert live.status_code == 200
        back.join()
        assert asked > 5
        assert client.get(READY).status_code == 200
        assert client.get(TODOS).status_code == 200

        # Silent is worse than away: nothing says that nobody will answer.
        relay.silence(True)
        assert is_unavailable(client.get(READY))
        assert client.get("/health/live").status_code == 200
        relay.silence(False)
        assert client.get(TODOS).status_code == 200
    assert api.running


class Held(BaseHTTPRequestHandler):
    """An upstream that answers once it may."""

    asked = threading.Semaphore(0)
    free = threading.Event()

    def do_GET(self) -> None:
        self.asked.release()
        self.free.wait(60)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def held_upstream() -> Iterator[str]:
    Held.asked, Held.free = threading.Semaphore(0), threading.Event()
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Held)
    thread = threading.Thread(target=upstream.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{upstream.server_port}"
    finally:
        Held.free.set()
        upstream.shutdown()
        thread.join()
        upstream.server_close()


def test_sigterm_under_load_loses_nothing(database: Database, serve: Serve) -> None:
    with held_upstream() as url:
        api = serve(database.url, TODO_UPSTREAMS=json.dumps({"slow": url})).ready()
        _, token = logged_in(api)
        closes, statuses = asyncio.run(terminated(api, token))
    assert closes == [1012] * 3
    assert statuses["held"] == [200] * 10
    assert set(statuses["written"]) == {201}
    assert database.rows("SELECT count(*) FROM todos")[0][0] == len(statuses["written"])
    assert api.process.wait(40) in (0, -signal.SIGTERM)


async def terminated(api: Api, token: str) -> tuple[list[int], dict[str, list[int]]]:
    """Close codes of three sockets, and statuses of what was taken; 20 clients come too late."""
    statuses: dict[str, list[int]] = {"held": [], "written": []}
    closes: list[int] = []
    inside, refused, loaded = asyncio.Semaphore(0), asyncio.Semaphore(0), asyncio.Event()

    async def listen(_: int) -> None:
        async with asking(api, token) as client:
            ticket = (await client.post("/api/v1/ws/tickets")).json()["ticket"]
        async with connect(f"ws{api.base[4:]}/ws/kitchen?ticket={ticket}", proxy=None) as socket:
            inside.release()
            try:
                await socket.recv()
            except ConnectionClosed as closed:
                closes.append(closed.rcvd.code if closed.rcvd else 0)

    async def hold(_: int) -> None:
        async with asking(api) as client:
            statuses["held"].append((await client.get("/api/v1/dashboard")).status_code)

    async def write(_: int) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)
        async with asking(api, token, limits=limits) as client:
            while True:
                try:
                    answer = await client.post(TODOS, json={"title": "Buy milk"})
                except httpx.TransportError:
                    refused.release()
                    return
                statuses["written"].append(answer.status_code)
                if len(statuses["written"]) > 60:
                    loaded.set()

    async def terminate() -> None:
        for _ in range(3):
            await inside.acquire()
        for _ in range(10):
            await asyncio.to_thread(Held.asked.acquire)
        await loaded.wait()
        api.process.send_signal(signal.SIGTERM)
        for _ in range(20):
            await refused.acquire()
        assert api.running, "it left while requests were under way"
        Held.free.set()

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for work, count in ((listen, 3), (hold, 10), (write, 20)):
            for number in range(count):
                group.create_task(work(number))
        group.create_task(terminate())
    return closes, statuses


def test_2000_writes_at_once_lose_no_update_and_make_no_duplicate(
    database: Database, serve: Serve
) -> None:
    """50 clients: each registers 20 names that others want too, and counts 20 times on one todo."""
    api = serve(database.url).ready()
    _, token = logged_in(api)
    statuses: dict[str, list[int]] = {"register": [], "count": []}

    async def use(number: int) -> None:
        names = random.Random(number).sample(range(100), 20)
        async with asking(api, token) as client:
            for name in names:
                made = await client.post(
                    "/api/v1/users", json=person(f"name {name}".replace(" ", "-"))
                )
                statuses["register"].append(made.status_code)
                read = await client.get(path)
                one_more = {"notes": str(int(read.json()["notes"]) + 1)}
                seen = {"If-Match": read.headers["ETag"]}
                changed = await client.patch(path, json=one_more, headers=seen)
                statuses["count"].append(changed.status_code)

    with httpx.Client(base_url=api.base, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"}
        made = client.post(TODOS, json={"title": "Count", "notes": "0"}, headers=headers)
        path = f"{TODOS}/{made.json()['id']}"
    asyncio.run(at_once(50, use))
    assert len(statuses["register"]) + len(statuses["count"]) == 2000
    assert set(statuses["register"]) == {201, 409}
    assert set(statuses["count"]) <= {200, 409, 412}
    assert statuses["register"].count(201) == 100
    rows = "SELECT count(*), count(DISTINCT email) FROM users WHERE email LIKE 'name-%'"
    assert database.rows(rows)[0] == (100, 100)
    counted = statuses["count"].count(200)
    assert database.rows("SELECT notes FROM todos")[0][0] == str(counted)
    assert counted > 1


# What it is deployed with


def pins(lines: list[str]) -> dict[str, str]:
    return dict(line.split("==") for line in lines if "==" in line)


def test_the_requirements_are_the_versions_that_are_proved() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    proved = pins(project["tool"]["uv"]["constraint-dependencies"])
    asked = pins((FOLDER / "requirements.txt").read_text("utf-8").splitlines())
    assert asked
    assert {name: proved.get(name) for name in asked} == asked


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, continued lines joined."""
    text = (FOLDER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_containers_command_serves_and_its_health_is_told(tmp_path: Path) -> None:
    """No container here: its command, its health check and its variables run as they are."""
    found = instructions()
    assert [kind for kind, _ in found].count("FROM") == 2
    assert ("USER", "10001") in found
    command = json.loads(dict(found)["CMD"])
    health = json.loads(dict(found)["HEALTHCHECK"].partition("CMD")[2])
    assert command[0] == "uvicorn"
    assert [one for one in command if one in OPTIONS and one.startswith("--")] == [
        one for one in OPTIONS if one.startswith("--")
    ]
    variables = dict(part.split("=", 1) for part in dict(found)["ENV"].split())
    with sqlite_database(tmp_path) as database:
        api = Api(database.url, TODO_ENVIRONMENT=variables["TODO_ENVIRONMENT"]).ready()
    try:
        script = health[2].replace("http://127.0.0.1:8000", api.base)
        assert script != health[2]
        assert (
            subprocess.run([sys.executable, "-c", script], timeout=30, check=False).returncode == 0
        )
    finally:
        api.end(signal.SIGTERM)
    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=30, check=False, capture_output=True
    )
    assert ended.returncode != 0


def test_the_composition_names_the_files_that_the_page_makes() -> None:
    composed = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    page = (FOLDER / "README.md").read_text("utf-8")
    for name, secret in composed["secrets"].items():
        assert secret["file"] == f"secrets/{name}"
        assert f"> {secret['file']}\n" in page
    for service in composed["services"].values():
        assert set(service["secrets"]) <= set(composed["secrets"])
        assert set(service.get("depends_on", {})) <= set(composed["services"])


def test_the_page_is_followed_without_docker(tmp_path: Path) -> None:
    """Word for word, but for making the environment and the address of a server."""
    folder = tmp_path / "deployed"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "*.db", "secrets"))
    blocks = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL)
    secrets, by_hand = blocks[0], blocks[2]
    (folder / ".venv").symlink_to(Path(sysconfig.get_path("scripts")).parent)
    steps = "".join(
        line for line in by_hand.splitlines(True) if "-m venv" not in line and "pip" not in line
    )
    address = f"echo 'sqlite+aiosqlite:///{tmp_path}/todo.db' > secrets/todo_database_url\n"
    steps = steps.replace("\\\n", " ").replace(".venv/bin/uvicorn", "exec .venv/bin/uvicorn")
    outside = {k: v for k, v in os.environ.items() if not k.startswith("TODO_")}
    with subprocess.Popen(
        ["sh", "-e", "-c", f"{secrets}{address}{steps.rstrip()} --port 0"],
        cwd=folder,
        env=outside,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "Uvicorn running on" not in said and process.poll() is None:
                said += process.stderr.readline()
            base = re.findall(r"http://127\.0\.0\.1:\d+", said)
            assert base, said
            with httpx.Client(base_url=base[-1], trust_env=False) as client:
                assert client.get(READY).json() == {"status": "ready"}
                assert client.get("/docs").status_code == 404
        finally:
            process.terminate()
    key = (folder / "secrets" / "todo_secret_key").read_text("utf-8").strip()
    assert len(key) == 64
    assert key not in said
    assert "environment='production'" in said


# What is known of it


def test_bandit_finds_nothing() -> None:
    # Its asserts tell mypy a type, and nothing is lost without them; the client to the upstreams
    # has no time limit because each request to one has.
    known = ["--skip", "B101,B113"]
    ran = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", *known, "-r", str(FOLDER / "todo_api")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_no_version_that_is_deployed_has_a_known_hole() -> None:
    """A skip is not a pass: where no advisory database can be reached, nothing is known."""
    audit = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--no-deps"]
    ran = subprocess.run(
        [*audit, "--progress-spinner", "off", "-r", str(FOLDER / "requirements.txt")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = ran.stdout + ran.stderr
    if "not found on PyPI" in said or "ConnectionError" in said or "Max retries" in said:
        pytest.skip(f"no advisory database can be reached: {said.strip().splitlines()[-1]}")
    assert ran.returncode == 0, said
