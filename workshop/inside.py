"""A host that is a thread of pytest's own process, for `--pdb` and for a debugger: no deadlines.

The one place where the deciding process imports what a learner wrote.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

from workshop.host.control import Control
from workshop.host.probes import Probes
from workshop.host.serving import Serving
from workshop.hosts import End, Refused


class ThreadHost:
    """Serves the app on an event loop in a thread."""

    deadline: float | None = None
    alive = True

    def __init__(self) -> None:
        self.gone = threading.Event()
        self.waiting: dict[int, Future[Any]] = {}
        self.asked = 0
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        probes = Probes()
        probes.listen()
        serving = Serving(probes, None)
        assert thread.ident is not None
        self.control = Control(self._told, loop, serving, probes, thread.ident)

    def _told(self, message: dict[str, Any]) -> None:
        self.waiting.pop(message["id"]).set_result(message)

    def ask(self, do: str, _seconds: float | None, /, **more: Any) -> Any:
        """What the app's side answers, however long that takes. Raises Refused."""
        told = self.send(do, **more).result()
        if "failed" in told:
            raise Refused(told["failed"])
        return told["ok"]

    def send(self, do: str, **more: Any) -> Future[Any]:
        """Ask, and don't wait."""
        self.asked += 1
        answer: Future[Any] = Future()
        self.waiting[self.asked] = answer
        self.control.answer({"id": self.asked, "do": do, **more})
        return answer

    def where(self) -> dict[str, Any]:
        return {"held": None, "waits": []}

    def begin(self) -> None:
        """What is printed goes to the terminal."""

    def printed(self) -> list[str]:
        return []

    def end(self) -> End:
        return End("with pytest's", None, None)

    def kill(self) -> None:
        """It ends with the process."""
