"""Start the learner's app on real uvicorn, and stop it; import it anew each time."""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.lifespan.on import LifespanOn

from workshop.host.clock import Deadlines, LoopClock
from workshop.host.extras import ROUTES, Notified
from workshop.host.frames import Folder, describe, innermost, spelled_out
from workshop.host.gate import Gate, is_planned
from workshop.host.guards import Guards
from workshop.host.probes import Probes
from workshop.host.sockets import Sockets
from workshop.host.surroundings import Surroundings, set_zone

Scope = Any

TURNS = 50
"""Turns of the loop in which an answer that lies there is read, part by part, to its end."""


class NotStarted(Exception):
    """The app can't be served; `told` says why, in JSON."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told


class Watched:
    """The app, and around it: what it raises and which function answers."""

    def __init__(self, app: Any, probes: Probes, gate: Gate) -> None:
        self.app = app
        self.probes = probes
        self.gate = gate
        self.sockets = Sockets()
        self.requests = 0

    @property
    def under_way(self) -> int:
        """Exchanges that will end soon: requests, and of the sockets those that are ending."""
        return self.requests + self.sockets.ending

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        asked = f"{scope.get('method', scope['type'])} {scope.get('path', '')}".strip()
        self.requests += scope["type"] == "http"
        try:
            if scope["type"] == "websocket":
                await self.sockets.serve(self.app, scope, receive, send)
            else:
                await self.app(scope, receive, send)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            if is_planned(error):
                self.gate.raised.append(type(innermost(error)).__name__)
            else:
                self.probes.exception(asked, error)
            raise
        finally:
            self.requests -= scope["type"] == "http"
            self.probes.route(asked, scope.get("endpoint"))


class Server:
    """One app that answers on one port."""

    def __init__(self, app: Any, probes: Probes, gate: Gate, buffer: int | None) -> None:
        """With a `buffer` the system keeps few bytes that a client hasn't read yet."""
        self.watched = Watched(app, probes, gate)
        # The protocol must be TCP, or asyncio leaves Nagle's algorithm on: 42 ms a request.
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        config = uvicorn.Config(
            self.watched,
            lifespan="on",
            log_config=None,
            access_log=True,
            # Otherwise uvicorn believes X-Forwarded-For from this machine.
            proxy_headers=False,
        )
        config.load()
        self.uvicorn = uvicorn.Server(config)
        self.uvicorn.lifespan = LifespanOn(config)

    async def start(self) -> int:
        """The port, once the app's lifespan has begun."""
        self.socket.bind(("127.0.0.1", 0))
        await self.uvicorn.startup(sockets=[self.socket])
        return int(self.socket.getsockname()[1])

    async def stop(self) -> None:
        """What uvicorn does on SIGTERM, without its waits of a tenth of a second."""
        for server in self.uvicorn.servers:
            server.close()
        state = self.uvicorn.server_state
        for connection in list(state.connections):
            connection.shutdown()
        for _ in range(200):
            if not state.connections and not state.tasks:
                break
            await asyncio.sleep(0.005)
        await self.uvicorn.lifespan.shutdown()


class Serving:
    """The apps of one check. Runs on the event loop's thread."""

    def __init__(self, probes: Probes, guards: Guards | None) -> None:
        self.probes = probes
        self.guards = guards
        self.surroundings = Surroundings()
        self.servers: dict[int, Server] = {}
        self.clock: LoopClock | None = None
        self.deadlines: Deadlines | None = None
        self.notified = Notified(waits=False)
        self.gate = Gate()
        self.imported: str | None = None
        self.failed: Exception | SystemExit | None = None

    async def clear(self) -> None:
        """Stop every app and begin anew."""
        self.notified.free.set()
        self.gate.free.set()
        self.gate = Gate()
        await self.hold_deadlines(False)
        self.probes.clear()
        for number in list(self.servers):
            await self.stop(number)
        self.probes.clear()

    async def prepare(
        self, code: str, source: str, before: dict[str, str], names: dict[str, str]
    ) -> None:
        """Import the app that will be started; what is wrong with it is told by that `start`."""
        self.imported, self.failed = source, None
        try:
            self._import(code, before, names)
        except (Exception, SystemExit) as error:
            self.failed = error

    async def start(
        self,
        number: int,
        code: str,
        source: str,
        environment: dict[str, str],
        before: dict[str, str],
        names: dict[str, str],
        beside: bool,
        routes: list[str],
        notifier: str | None,
        buffer: int | None,
        inside: str | None,
    ) -> dict[str, Any]:
        """Serve `todo_api` from the folder `code` as app `number`.

        It is imported anew with the variables `before`, unless the same `source` was just
        prepared, and created with `environment`; `beside` another app it is created from the same
        import. `names` maps what the checks need to its file; `routes` are added; `notifier`
        overrides get_notifier with one that "tells" or "waits"; `buffer` bounds what the system
        keeps for a client; it runs `inside` a folder.
        Answers {"port": …}; raises NotStarted.
        """
        try:
            if not beside:
                self._import_once(code, source, before, names)
            for name in [name for name in os.environ if name.startswith("TODO_")]:
                del os.environ[name]
            os.environ.update(environment)
            set_zone()
            os.chdir(inside or os.getcwd())
            app = sys.modules["todo_api.main"].create_app()
            for route in routes:
                ROUTES[route](app, self.gate)
            if notifier is not None:
                self.notified = Notified(notifier == "waits")
                get_notifier = sys.modules["todo_api.dependencies"].get_notifier
                app.dependency_overrides[get_notifier] = lambda: self.notified
            server = Server(app, self.probes, self.gate, buffer)
        except (Exception, SystemExit) as error:
            raise self._not_started("import", error) from error
        try:
            port = await server.start()
        except (SystemExit, Exception) as error:
            server.socket.close()
            # uvicorn exits when the lifespan fails; what the lifespan raised is known by then.
            failed = self.probes.raised.pop() if self.probes.raised else None
            if failed:
                raise NotStarted({"stage": "lifespan", "error": failed}) from None
            raise self._not_started("lifespan", error) from error
        self.servers[number] = server
        if self.guards and not beside:
            self.guards.slept.clear()
            self.guards.met_breakpoints.clear()
        return {"port": port}

    def _import_once(
        self, code: str, source: str, before: dict[str, str], names: dict[str, str]
    ) -> None:
        imported, failed = self.imported, self.failed
        self.imported = self.failed = None
        if imported != source:
            self._import(code, before, names)
        elif failed is not None:
            raise failed

    def _import(self, code: str, before: dict[str, str], names: dict[str, str]) -> None:
        self.surroundings.restore()
        set_zone()
        self.probes.folder = Folder(code)
        if self.guards:
            self.guards.folder = self.probes.folder
        os.environ.update(before)
        sys.path.insert(0, code)
        importlib.invalidate_caches()
        for name, file in names.items():
            module = importlib.import_module("todo_api." + file[:-3].replace("/", "."))
            if not hasattr(module, name):
                raise NotStarted({"missing": name, "file": file})

    def _not_started(self, stage: str, error: BaseException) -> NotStarted:
        if isinstance(error, NotStarted):
            return error
        told = describe(error, self.probes.folder) | spelled_out(error)
        return NotStarted({"stage": stage, "error": told})

    async def stop(self, number: int) -> None:
        server = self.servers.pop(number, None)
        if server is not None:
            await server.stop()

    async def skip(self, seconds: float) -> None:
        """Let `seconds` pass at once on the loop, when what has arrived by now is taken in."""
        self.clock = self.clock or LoopClock(asyncio.get_running_loop())
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.clock.ahead += seconds

    async def hold_deadlines(self, on: bool) -> None:
        """Let no deadline on the loop pass, until they are let go."""
        if on:
            self.deadlines = self.deadlines or Deadlines(asyncio.get_running_loop())
            self.deadlines.hold()
        elif self.deadlines:
            self.deadlines.let_go()

    async def settle(self) -> None:
        """Let exchanges end that were answered already: an exception follows its 500."""
        for _ in range(60):
            if not any(server.watched.under_way for server in self.servers.values()):
                return
            await asyncio.sleep(0.005)
