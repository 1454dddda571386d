"""What stays true of lesson 06's reference under load: real uvicorn, real clients, and its figures.

pytest -m slow tests/test_sockets.py
"""

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from workshop.course import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to stop a server"),
]

PASSWORD = "correct horse battery"
LARGE = "🌱" * 1000  # as JSON, 12 kB

SERVER = f"""
import socket, sys
sys.path.insert(0, {str(ROOT / "solutions/06_websockets")!r})
import uvicorn
from fastapi import Request
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from todo_api import database
from todo_api.main import create_app
from todo_api.settings import Settings

url, pool = sys.argv[1], int(sys.argv[2])
if pool:
    real = database.create_async_engine
    database.create_async_engine = lambda url: real(
        url, pool_size=pool, max_overflow=0, pool_timeout=2
    )
commits = {{"fail": False}}

@event.listens_for(Engine, "commit")
def commit(connection):
    if commits["fail"]:
        connection.connection.rollback()  # as a database does that can't commit
        raise OperationalError("COMMIT", {{}}, RuntimeError("no commit gets through"))

app = create_app(Settings(database_url=url, password_cost=1))

@app.get("/soak")
async def soak(request: Request, fail: bool = False):
    commits["fail"] = fail
    rooms = request.state.hub.rooms
    return {{"rooms": len(rooms), "members": sum(map(len, rooms.values()))}}

listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app)).run([listening])
"""


@dataclass
class User:
    id: int
    token: str


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int
    database: Path
    log: Path
    client: httpx.Client
    users: dict[str, User] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)

    def user(self, name: str) -> User:
        if name not in self.users:
            person = {"email": f"{name}@example.com", "name": name}
            passwords = {"password": PASSWORD, "password_again": PASSWORD}
            made = self.client.post("/api/v1/users", json={**person, **passwords}).json()
            form = {"username": person["email"], "password": PASSWORD}
            token = self.client.post("/api/v1/auth/token", data=form).json()["access_token"]
            self.users[name] = User(made["id"], f"Bearer {token}")
        return self.users[name]

    def ask(self, method: str, path: str, name: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": self.user(name).token}
        return self.client.request(method, path, headers=headers, **request)

    def some_tickets(self, name: str, count: int) -> list[str]:
        """As many as these would take a minute to ask for one by one: put into the table."""
        tickets = [f"{name}-{len(self.tickets) + number}" for number in range(count)]
        rows = [
            (sha256(ticket.encode()).hexdigest(), self.user(name).id, "2099-01-01 00:00:00.000000")
            for ticket in tickets
        ]
        with sqlite3.connect(self.database, timeout=5) as connection:
            connection.executemany(
                "INSERT INTO tickets (digest, user_id, expires_at) VALUES (?, ?, ?)", rows
            )
        connection.close()
        self.tickets += tickets
        return tickets

    def ticket(self, name: str) -> str:
        answer = self.ask("POST", "/api/v1/ws/tickets", name)
        assert answer.status_code == 201, answer.text
        ticket: str = answer.json()["ticket"]
        self.tickets.append(ticket)
        return ticket

    def left(self, **query: Any) -> dict[str, int]:
        """What the hub still holds."""
        told: dict[str, int] = self.client.get("/soak", params=query).json()
        return told

    async def settled(self, members: int) -> dict[str, int]:
        """What it holds once it has so many members; goodbyes have ten seconds to get through."""
        for _ in range(100):
            told = await asyncio.to_thread(self.left)
            if told["members"] == members:
                break
            await asyncio.sleep(0.1)
        return told

    @asynccontextmanager
    async def open(
        self, room: str, ticket: str, sock: socket.socket | None = None
    ) -> AsyncIterator[ClientConnection]:
        """A socket in a room, once it has heard itself."""
        url = f"ws://127.0.0.1:{self.port}/ws/{room}?ticket={ticket}"
        more: dict[str, Any] = {"max_queue": 1, "sock": sock} if sock else {}
        async with connect(url, compression=None, close_timeout=1, **more) as one:
            await say(one, "hello")
            while (await hear(one)).get("text") != "hello":
                pass
            yield one

    def memory(self) -> int:
        """Kilobytes that the process holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


async def say(one: ClientConnection, text: str) -> None:
    await one.send(json.dumps({"text": text}, ensure_ascii=False))


async def hear(one: ClientConnection, seconds: float = 20) -> dict[str, Any]:
    """The next frame; the deadline only ends what has failed."""
    async with asyncio.timeout(seconds):
        told: dict[str, Any] = json.loads(await one.recv())
        return told


async def meet(
    server: Server, stack: AsyncExitStack, room: str, names: list[str]
) -> list[ClientConnection]:
    """Sockets in one room, none of which has unread frames."""
    sockets: list[ClientConnection] = []
    for name in names:
        ticket = await asyncio.to_thread(server.ticket, name)
        sockets.append(await stack.enter_async_context(server.open(room, ticket)))
        for other in sockets[:-1]:
            await hear(other)
    return sockets


@contextmanager
def serving(folder: Path, pool: int = 0) -> Iterator[Server]:
    database, log = folder / "todo.db", folder / "log"
    url = f"sqlite+aiosqlite:///{database}"
    with log.open("w") as writes:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, url, str(pool)],
            stdout=subprocess.PIPE,
            stderr=writes,
            text=True,
        )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    # uvicorn's own lines go on to come, of which the pipe would hold only so many.
    lines = process.stdout
    drain = threading.Thread(target=lambda: log.with_name("out").write_text(lines.read()))
    drain.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            client.get("/health/ready")
            yield Server(process, port, database, log, client)
    finally:
        process.kill()
        process.wait()
        drain.join()
        process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("soak")) as server:
        yield server


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says what was measured."""
    reporter: Any = request.config.pluginmanager.get_plugin("terminalreporter")
    return lambda text: reporter.write_line(f"\n  {text}")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def slow_reader(port: int) -> socket.socket:
    """A connection of which the system keeps few bytes unread."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


async def read_on(one: ClientConnection) -> tuple[int, int | None]:
    """How many frames come before the end, and the code, where there is one."""
    came = 0
    try:
        while True:
            await hear(one)
            came += 1
    except ConnectionClosed as closed:
        return came, closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("again", ["at once", "never"])
def test_a_client_that_stops_reading_delays_nobody(
    server: Server, figure: Callable[[str], None], again: str
) -> None:
    async def soak() -> None:
        async with AsyncExitStack() as stack:
            readers = await meet(server, stack, "garden", ["ada", "bob", "bob"])
            ticket = await asyncio.to_thread(server.ticket, "carla")
            stuck = await stack.enter_async_context(
                server.open("garden", ticket, slow_reader(server.port))
            )
            for reader in readers:
                await hear(reader)
            sent, longest = 0, 0.0
            while sent < 60 or sent % 20 or (sent < 600 and server.left()["members"] == 4):
                begun = perf_counter()
                await say(readers[0], LARGE)
                assert [(await hear(one))["text"] for one in readers] == [LARGE] * 3
                longest = max(longest, perf_counter() - begun)
                sent += 1
            told = f"{sent} large messages came to all readers, within {longest * 1000:.0f} ms"
            if again == "never":
                figure(f"{told}; the stuck client was let go")
            else:
                came, code = await read_on(stuck)
                figure(f"{told}; the stuck client, reading again, got {came}, then {code}")
                assert came < sent
                assert code in (1013, None)
            assert await server.settled(3) == {"rooms": 1, "members": 3}
        assert await server.settled(0) == {"rooms": 0, "members": 0}

    run(soak())


def test_a_burst_closes_nobody_who_reads(server: Server, figure: Callable[[str], None]) -> None:
    async def soak() -> None:
        async with AsyncExitStack() as stack:
            readers = await meet(server, stack, "garden", ["ada"] * 10)
            for number in range(200):
                await say(readers[0], str(number))
            for reader in readers:
                assert [(await hear(reader))["text"] for _ in range(200)] == [*map(str, range(200))]
            figure("200 small messages at once: all 10 clients got all, and none was closed")

    run(soak())


def test_who_vanishes_or_leaves_leaves_nothing(
    server: Server, figure: Callable[[str], None]
) -> None:
    tickets = server.some_tickets("ada", 1000)

    async def visit(number: int) -> None:
        async with server.open(f"room-{number}", tickets[number]) as one:
            if number % 2:
                one.transport.abort()

    async def soak() -> None:
        for first in range(0, 1000, 50):
            await asyncio.gather(*map(visit, range(first, first + 50)))
        left = await server.settled(0)
        figure(f"1,000 rooms opened, half of the clients vanished: {left['rooms']} rooms are left")
        assert left == {"rooms": 0, "members": 0}

    run(soak())


def test_memory_stays_what_it_was(server: Server, figure: Callable[[str], None]) -> None:
    tickets = server.some_tickets("ada", 2000)

    async def visit(number: int) -> None:
        async with server.open(f"room-{number % 100}", tickets[number]) as one:
            heard = asyncio.create_task(count(one, f'"{number}-'))
            for place in range(50):
                await say(one, f"{number}-{place}")
                if place % 10 == 9:
                    await asyncio.sleep(0.01)
            await heard

    async def count(one: ClientConnection, mine: str) -> None:
        own = 0
        async with asyncio.timeout(60):
            while own < 50:
                own += mine in str(await one.recv())

    async def soak() -> None:
        sizes = []
        for first in range(0, 2000, 50):
            await asyncio.gather(*map(visit, range(first, first + 50)))
            if first + 50 in (500, 2000):
                await server.settled(0)
                sizes.append(server.memory())
        early, late = sizes
        figure(f"50 messages each: {early} kB after 500 connections, {late} kB after 2,000")
        assert late <= early * 1.1

    run(soak())


def test_two_users_never_see_each_others(server: Server, figure: Callable[[str], None]) -> None:
    async def changes(name: str) -> list[int]:
        numbers = []
        for _ in range(20):
            body = {"title": f"{name}'s"}
            made = await asyncio.to_thread(server.ask, "POST", "/api/v1/todos", name, json=body)
            numbers.append(made.json()["id"])
        return numbers

    async def soak() -> None:
        async with AsyncExitStack() as stack:
            names = ("ada", "bob")
            rooms = [f"user-{server.user(name).id}" for name in names]
            sockets = [
                (await meet(server, stack, room, [name]))[0]
                for room, name in zip(rooms, names, strict=True)
            ]
            numbers = await asyncio.gather(*map(changes, names))
            for name, own, one in zip(names, numbers, sockets, strict=True):
                assert [(await hear(one))["id"] for _ in own] == own
                await say(one, f"{name} is done")
                assert (await hear(one))["text"] == f"{name} is done"
            figure("two users, 20 todos each at the same time: each heard of their own 20")

            await asyncio.to_thread(server.left, fail=True)
            refused = await asyncio.to_thread(
                server.ask, "POST", "/api/v1/todos", "ada", json={"title": "Buy milk"}
            )
            assert refused.status_code == 500
            await asyncio.to_thread(server.left)
            await say(sockets[0], "nothing came before")
            assert (await hear(sockets[0]))["text"] == "nothing came before"
            figure("a change that was rolled back: nothing was heard of it")

    run(soak())


def test_idle_sockets_leave_a_small_pool_free(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    async def soak(server: Server) -> None:
        async with AsyncExitStack() as stack:
            await meet(server, stack, "garden", ["ada"] * 5)
            answers = [
                await asyncio.to_thread(server.ask, "GET", "/api/v1/todos", "ada") for _ in range(5)
            ]
            assert [answer.status_code for answer in answers] == [200] * 5
            figure("a pool of 2, and 5 idle sockets: 5 requests in a row are answered")

    with serving(tmp_path, pool=2) as server:
        run(soak(server))


def test_a_stop_is_told_to_every_client_and_no_ticket_is_in_the_log(
    server: Server, figure: Callable[[str], None]
) -> None:
    async def soak() -> None:
        async with AsyncExitStack() as stack:
            clients = await meet(server, stack, "garden", ["ada"] * 20)
            begun = perf_counter()
            server.process.send_signal(signal.SIGTERM)
            codes = [code for _, code in await asyncio.gather(*map(read_on, clients))]
            await asyncio.to_thread(server.process.wait)
            took = perf_counter() - begun
            figure(f"SIGTERM: {codes.count(1012)} of 20 clients got 1012; it ended in {took:.1f} s")
            assert codes == [1012] * 20
            assert took < 2

    run(soak())
    log = server.log.read_text()
    assert log.count("[accepted]") >= 20
    assert [ticket for ticket in server.tickets if ticket in log] == []
    figure(f"{len(server.tickets)} tickets, of which none is in the log's {len(log)} characters")
