"""Lesson 01's claim, measured: which handler keeps another client waiting.

Order is the proof, not time: while a handler waits, another client asks for /health/live. The
handler is released when that is answered, or when it plainly won't be.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

released = threading.Event()
arrived = threading.Semaphore(0)
asked = threading.Semaphore(0)
app = FastAPI()


def slow_library() -> None:
    """Stands for any call that waits without await."""
    arrived.release()
    released.wait(30)


@app.get("/plain")
def plain() -> str:
    slow_library()
    return "done"


@app.get("/blocking")
async def blocking() -> str:
    slow_library()
    return "done"


@app.get("/health/live")
async def live() -> str:
    return "live"


async def noticed(scope: Any, receive: Any, send: Any) -> None:
    """The app, and a count of the requests that have come to it."""
    if scope["type"] == "http":
        asked.release()
    await app(scope, receive, send)


@contextmanager
def serving() -> Iterator[str]:
    """The app on a free port."""
    config = uvicorn.Config(noticed, port=0, log_level="error", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def order(url: str, path: str, clients: int = 1) -> str:
    """Whether /health/live is answered while `clients` requests for `path` wait."""
    released.clear()
    with ThreadPoolExecutor(clients + 1) as pool:
        waiting = [pool.submit(httpx.get, url + path, timeout=30) for _ in range(clients)]
        for _ in range(clients):
            arrived.acquire(timeout=30)
        try:
            httpx.get(url + "/health/live", timeout=3)
            answered = "while it waited"
        except httpx.TimeoutException:
            answered = "only after it"
        released.set()
        for request in waiting:
            request.result()
    return answered


def threads(url: str) -> int:
    """How many `def` handlers wait at once when fifty are asked for."""
    released.clear()
    while asked.acquire(blocking=False):
        pass
    count = 0
    with ThreadPoolExecutor(50) as pool:
        requests = [pool.submit(httpx.get, url + "/plain", timeout=30) for _ in range(50)]
        for _ in requests:
            asked.acquire(timeout=30)
        while arrived.acquire(timeout=2):
            count += 1
        released.set()
        for request in requests:
            request.result()
    while arrived.acquire(blocking=False):
        pass
    return count


if __name__ == "__main__":
    with serving() as url:
        print(f"def,       blocking call: /health/live answered {order(url, '/plain')}")
        print(f"async def, blocking call: /health/live answered {order(url, '/blocking')}")
        print(f"def, fifty at once:       {threads(url)} wait in it, the rest for a thread")
