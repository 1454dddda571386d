"""A real browser has the last word on CORS: headless Chromium, a page here, the API there.

The page asks as a front end does and tells what it could read: pytest -m slow tests/test_browser.py
prints the table.
"""

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from workshop import proof
from workshop.bench import Bench
from workshop.course import Lesson, find
from workshop.stage import Stage

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 60
"""How long Chromium may take to load both pages."""

MISTAKES = (
    "the defaults: GET only, and no Authorization",
    "the limit outside CORS: preflights are counted",
    "any origin, and credentials",
)

PAGE = """<!doctype html><title>a page</title><script>
const given = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const json = {"Content-Type": "application/json"};
const token = {...json, "Authorization": "Bearer " + given.token};

async function ask(method, url, headers = {}, body = undefined, more = {}) {
  try {
    const answer = await fetch(url, {method, headers, body, ...more});
    const read = [];
    for (const name of ["X-Request-ID", "Location", "Retry-After"])
      if (answer.headers.get(name) !== null) read.push(name);
    return [answer.status, ...read].join(", ");
  } catch (error) {
    return "blocked";
  }
}

const milk = JSON.stringify({title: "Buy milk"});
const done = JSON.stringify({completed: true});
const todos = given.api + "/api/v1/todos", live = "/health/live";
const cookies = {credentials: "include"};

async function own() {
  const told = {};
  told["GET"] = await ask("GET", given.api + live);
  told["POST, JSON and a token"] = await ask("POST", todos, token, milk);
  told["PATCH"] = await ask("PATCH", todos + "/" + given.todo, token, done);
  told["DELETE"] = await ask("DELETE", todos + "/" + given.todo, token);
  told["401, a wrong token"] = await ask("GET", todos, {"Authorization": "Bearer no"});
  told["404, no such route"] = await ask("GET", given.api + "/api/v1/nothing");
  told["422, an empty body"] = await ask("POST", given.api + "/api/v1/users", json, "{}");
  for (let count = 0; count < 3; count++) await ask("GET", given.limited + live);
  told["429, the fourth of three"] = await ask("GET", given.limited + live);
  const three = await Promise.all([1, 2, 3].map(
    (id) => ask("GET", given.other + "/api/v1/todos?page=" + id, token)));
  told["three preflights, limit 3"] = [...new Set(three)].join(" | ");
  told["GET with cookies"] = await ask("GET", given.api + live, {}, undefined, cookies);
  told["500, a handler raised"] = await ask("GET", given.api + "/check/fail");
  return told;
}

async function foreign() {
  return {
    "GET from another page": await ask("GET", given.api + live),
    "POST from another page": await ask("POST", todos, token, milk),
    "GET with cookies from there": await ask("GET", given.api + live, {}, undefined, cookies),
  };
}

(async () => {
  const told = await (given.next ? own() : foreign());
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
  if (given.next) location = given.next + "/#" + encodeURIComponent(
    JSON.stringify({...given, next: null}));
})();
</script>"""


class Pages:
    """A server of the page; what the page tells comes out of `told`."""

    def __init__(self) -> None:
        self.told: queue.Queue[dict[str, str]] = queue.Queue()
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(PAGE.encode() if self.path == "/" else b"")

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                pages.told.put(json.loads(self.rfile.read(size)))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def chromium(url: str, profile: Path) -> Iterator[None]:
    assert CHROMIUM is not None
    with subprocess.Popen(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[Pages, Pages]]:
    """The page that the API knows, and another."""
    own, foreign = Pages(), Pages()
    yield own, foreign
    own.close()
    foreign.close()


def seen(
    lesson: Lesson, code: Path, bench: Bench, sites: tuple[Pages, Pages], profile: Path
) -> dict[str, str]:
    """What Chromium let the two pages read of an API."""
    own, foreign = sites
    stage = Stage(bench, lesson, code, logs_in=False)
    api = stage.start(cors_origins=own.origin, routes=["fail"])
    ada = api.user()
    limits = {"cors_origins": own.origin, "rate_limit_per_minute": 3}
    limited, other = (stage.start(beside=api, **limits) for _ in range(2))
    given = {
        "api": api.base,
        "limited": limited.base,
        "other": other.base,
        "token": ada.token,
        "todo": ada.post("/api/v1/todos", {"title": "Water the plants"})["id"].value,
        "next": foreign.origin,
    }
    with chromium(f"{own.origin}/#{json.dumps(given)}", profile):
        return own.told.get(timeout=SECONDS) | foreign.told.get(timeout=SECONDS)


def table(columns: dict[str, dict[str, str]]) -> str:
    """What was read, a request a row, the reference first."""
    names = list(columns)
    rows = [["", *(f"({place})" for place in range(len(names)))]]
    for asked in columns[names[0]]:
        rows.append([asked, *(columns[name][asked] for name in names)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(names) + 1)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    keys = [f"({place}) {name}" for place, name in enumerate(names)]
    return "\n".join([*keys, *lines])


def test_chromium_lets_the_page_read_what_the_chapter_says(
    bench: Bench,
    sites: tuple[Pages, Pages],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The reference of lessons 04 and 05, beside three of the known mistakes."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: Debian's package of that name brings it")
    lesson, later = find("04"), find("05")
    assert lesson is not None
    assert later is not None
    mistakes = {one.name: one for one in proof.variants(HERE / "mistakes/04.toml", "mistake")}
    columns = {
        "reference": seen(lesson, lesson.solution, bench, sites, tmp_path / "profile"),
        "reference of lesson 05": seen(later, later.solution, bench, sites, tmp_path / "later"),
    }
    for place, name in enumerate(MISTAKES):
        folder = tmp_path / str(place)
        folder.mkdir()
        proof.write(lesson, mistakes[name], folder)
        columns[f"mistake: {name}"] = seen(lesson, folder, bench, sites, folder / "profile")
    with capsys.disabled():
        print(f"\n{table(columns)}")  # noqa: T201
    reference, fifth, get_only, limit_outside, any_origin = columns.values()
    read = {
        "GET": "200, X-Request-ID",
        "POST, JSON and a token": "201, X-Request-ID, Location",
        "PATCH": "200, X-Request-ID",
        "DELETE": "204, X-Request-ID",
        "401, a wrong token": "401, X-Request-ID",
        "404, no such route": "404, X-Request-ID",
        "422, an empty body": "422, X-Request-ID",
        "429, the fourth of three": "429, X-Request-ID, Retry-After",
        "three preflights, limit 3": "401, X-Request-ID",
        "GET with cookies": "blocked",
        "500, a handler raised": "blocked",
        "GET from another page": "blocked",
        "POST from another page": "blocked",
        "GET with cookies from there": "blocked",
    }
    assert reference == read
    assert fifth == read | {"500, a handler raised": "500, X-Request-ID"}
    preflighted = ("POST, JSON and a token", "PATCH", "DELETE", "401, a wrong token")
    assert {name: get_only[name] for name in preflighted} == dict.fromkeys(preflighted, "blocked")
    assert limit_outside["429, the fourth of three"] == "blocked"
    assert "blocked" in limit_outside["three preflights, limit 3"]
    assert any_origin["GET with cookies from there"] == "200, X-Request-ID"
