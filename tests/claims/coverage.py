"""Lines that ran, and bugs that were noticed: two tests of one handler's file, which has a bug."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()
todos: dict[int, str] = {}


@app.post("/todos/{number}")
async def create(number: int, title: str) -> str:
    todos[number] = title
    return title


@app.delete("/todos/{number}", status_code=204)
async def delete(number: int) -> None:
    todos.get(number)  # the bug: it was to be pop


@app.get("/todos")
async def read() -> dict[int, str]:
    return todos


def test_all(client: TestClient) -> None:
    client.post("/todos/1?title=milk")
    client.delete("/todos/1")
    client.get("/todos")


def test_all_and_looks(client: TestClient) -> None:
    client.post("/todos/1?title=milk")
    client.delete("/todos/1")
    assert client.get("/todos").json() == {}


def lines_of(code: CodeType) -> set[int]:
    return {line for _, _, line in code.co_lines() if line and line > code.co_firstlineno}


def covered(test: Callable[[TestClient], None]) -> tuple[int, int, str]:
    """How many of the handlers' lines ran, of how many, and what became of the test."""
    codes = {handler.__code__ for handler in (create, delete, read)}
    # A decorator's line isn't the body's.
    every = {line for code in codes for line in lines_of(code) if line > code.co_firstlineno + 1}
    ran: set[int] = set()

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code not in codes:
            return None
        ran.add(frame.f_lineno)
        return trace

    async def call(scope: Any, receive: Any, send: Any) -> None:
        sys.settrace(trace)  # of the thread that the app runs in
        try:
            await app(scope, receive, send)
        finally:
            sys.settrace(None)

    todos.clear()
    try:
        test(TestClient(call))
    except AssertionError:
        said = "fails: the bug is noticed"
    else:
        said = "passes: the bug is not noticed"
    return len(ran & every), len(every), said


if __name__ == "__main__":
    for test in (test_all, test_all_and_looks):
        lines, every, said = covered(test)
        print(f"{test.__name__ + ':':20} {lines} of {every} lines of the handlers ran; it {said}")
