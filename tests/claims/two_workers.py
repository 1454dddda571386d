"""Lesson 06's claim, measured: whom a message reaches when a second worker serves the API.

Each worker is a process of its own and both use one database, as with `uvicorn --workers 2`; here
each has a port of its own, so that it is known which sockets are whose.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from websockets.sync.client import ClientConnection, connect

API = Path(__file__).parents[2] / "solutions/06_websockets"
PASSWORD = "correct horse battery"

WORKER = f"""
import asyncio, socket, sys
sys.path.insert(0, {str(API)!r})
import uvicorn
from todo_api.main import create_app
from todo_api.settings import Settings

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
app = create_app(Settings(database_url=sys.argv[1], password_cost=1))
config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2)
asyncio.run(uvicorn.Server(config).serve([listening]))
"""


@contextmanager
def worker(database: Path) -> Iterator[httpx.Client]:
    """A process that serves the API, and a client for it."""
    command = [sys.executable, "-c", WORKER, f"sqlite+aiosqlite:///{database}"]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                client.get("/health/ready")
                yield client
        finally:
            process.terminate()


@contextmanager
def joined(client: httpx.Client, room: str) -> Iterator[ClientConnection]:
    """A socket in a room; it is in once it hears itself."""
    ticket = client.post("/api/v1/ws/tickets").json()["ticket"]
    address = str(client.base_url).replace("http", "ws", 1)
    with connect(f"{address}/ws/{room}?ticket={ticket}") as socket:
        socket.send('{"text": "hello"}')
        hears(socket, "hello")
        yield socket


def hears(socket: ClientConnection, *texts: str) -> str:
    """Which of `texts` comes first."""
    while True:
        frame = str(socket.recv(30))
        for text in texts:
            if text in frame:
                return text


def reach(sockets: list[ClientConnection], workers: int) -> int:
    """How many hear what the first says, before one of their own worker says that this was all."""
    sockets[0].send('{"text": "Buy milk"}')
    hears(sockets[0], "Buy milk")
    for socket in sockets[:workers]:
        socket.send('{"text": "that was all"}')
    heard = [hears(socket, "Buy milk", "that was all") for socket in sockets[1:]]
    return 1 + heard.count("Buy milk")


def login(client: httpx.Client) -> str:
    passwords = {"password": PASSWORD, "password_again": PASSWORD}
    client.post("/api/v1/users", json={"email": "ada@example.com", "name": "ada", **passwords})
    form = {"username": "ada@example.com", "password": PASSWORD}
    token: str = client.post("/api/v1/auth/token", data=form).json()["access_token"]
    return f"Bearer {token}"


def measure(workers: int) -> str:
    """Ten sockets in one room, shared out among the workers; one of them says something."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        clients = [stack.enter_context(worker(Path(folder) / "todo.db")) for _ in range(workers)]
        token = login(clients[0])
        for client in clients:
            client.headers["Authorization"] = token
        shared_out = [clients[number % workers] for number in range(10)]
        sockets = [stack.enter_context(joined(client, "garden")) for client in shared_out]
        return f"{reach(sockets, workers)} of {len(sockets)}"


if __name__ == "__main__":
    print(f"one worker:   a message reaches {measure(1)} sockets in its room")
    print(f"two workers:  a message reaches {measure(2)} sockets in its room")
