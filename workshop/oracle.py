"""Where an API and the reference differ: the shortest sequence of requests that shows it.

Both apps are asked the same, side by side, their tables emptied between two sequences. A
difference is believed once it shows on fresh apps too, and then made as short as it gets.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import words
from workshop.cards import SETTINGS, UPSTREAMS, Step
from workshop.course import Lesson
from workshop.facts import Difference, difference
from workshop.kept import Reply, Request, Unanswered
from workshop.seen import Seen, Unmet
from workshop.sides import Side
from workshop.stage import Stage
from workshop.steps import LENGTH, Dealer, shorter

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: there a commit waits for no disk."""

PATIENCE = 6.0
"""Seconds for a start, and for an answer that didn't come within a check's usual deadline.

Both apps have started and answered before in this run: what is slow now is a busy machine.
"""


@dataclass(frozen=True)
class Found:
    """A sequence whose last answer differs, or never came: then there is a `problem`."""

    sequence: list[Step]
    difference: Difference | None
    problem: Unmet | None = None


class Comparison:
    """Your app and the reference, side by side. Use it in a `with` statement."""

    def __init__(self, lesson: Lesson, yours: Stage, reference: Stage) -> None:
        self.promise = lesson.promise
        self.people = ["ada", "bob"] if yours.logs_in else [""]
        self.stages = (yours, reference)
        self.deadline = yours.host.deadline
        self.sides: tuple[Side, ...] = ()
        self.settings: dict[str, Any] = {}
        for pile in [*self.promise["sends"], *self.promise.get("also", [])]:
            self.settings |= SETTINGS.get(pile, {})
        self.settings["upstreams"] = [
            reference.upstream(name, **UPSTREAMS[name])
            for name in self.promise.get("dashboard", [])
        ]

    def __enter__(self) -> Comparison:
        memory = MEMORY if MEMORY.is_dir() else None
        self.folder = tempfile.TemporaryDirectory(dir=memory, ignore_cleanup_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        self.folder.cleanup()

    def search(self, count: int, seed: int, tell: Callable[[str], None]) -> Found | None:
        """The shortest difference in `count` sequences; None if there is none.

        The scene of your app then holds its requests, and the app is as they left it.
        """
        self._start()
        sequences = Dealer(self.promise, self.people, seed).sequences(count)
        for number, sequence in enumerate(sequences, 1):
            tell(words.COMPARING.format(number=number, count=count))
            try:
                if self.run(sequence) is None:
                    continue
            except Unanswered:
                for side in self.sides:
                    side.app.host.kill()
            believed = self.again(sequence)
            if believed and (shortest := self._shortest(believed)):
                return shortest
        return None

    def run(self, sequence: list[Step]) -> Found | None:
        """Ask both apps, once their tables are empty. Raises Unanswered."""
        try:
            for side in self.sides:
                side.empty()
        except sqlite3.OperationalError:  # locked: someone left a transaction open
            self._start()
        return self._ask(sequence, self._quickly)

    def again(self, sequence: list[Step]) -> Found | None:
        """Ask fresh apps, for the report; None where nothing differs any more."""
        self._start()
        for stage in self.stages:
            stage.scene.events.clear()
        return self._ask(sequence, self._shown)

    def _ask(
        self,
        sequence: list[Step],
        replies: Callable[[list[Request]], tuple[Reply | Unmet | None, Reply | Unmet | None]],
    ) -> Found | None:
        """The first answer that differs, or that your app alone doesn't give."""
        for place, step in enumerate(sequence):
            requests = [one for side in self.sides if (one := side.request(step))]
            if len(requests) < len(self.sides):
                continue
            yours, reference = replies(requests)
            if not isinstance(reference, Reply):
                return None
            if not isinstance(yours, Reply):
                return Found(sequence[: place + 1], None, yours)
            told = [
                side.told(step, request, reply)
                for side, request, reply in zip(
                    self.sides, requests, (yours, reference), strict=True
                )
            ]
            if found := difference(told[0], told[1], self.sides[0].ids):
                return Found(sequence[: place + 1], found)
        return None

    def _quickly(self, requests: list[Request]) -> tuple[Reply, Reply]:
        """Both answers, over the connections that are kept. Raises Unanswered."""
        for side, request in zip(self.sides, requests, strict=True):
            side.send(request)
        yours, reference = (side.kept.receive() for side in self.sides)
        return yours, reference

    def _shown(self, requests: list[Request]) -> tuple[Reply | Unmet | None, Reply | Unmet | None]:
        """Both answers, over connections of their own, each with what kept it from coming."""
        pending = [side.show(request) for side, request in zip(self.sides, requests, strict=True)]
        reference, yours = pending[1].answer(), pending[0].answer()
        mine, theirs = (
            one.problem
            if one.response is None
            else Reply(one.response.status_code, one.response.headers, one.response.content)
            for one in (yours, reference)
        )
        return mine, theirs

    def _shortest(self, found: Found) -> Found | None:
        """The least that differs, on fresh apps; None where it no longer does.

        What isn't answered stays as long as it is: each try would wait for its deadline.
        """
        if found.problem is not None:
            return found
        short = found.sequence
        try:
            for one in shorter(short, self.people, self._differs):
                short = one
        except Unanswered:
            pass
        return self.again(short) or self.again(found.sequence)

    def _differs(self, sequence: list[Step]) -> list[Step] | None:
        found = self.run(sequence)
        return found.sequence if found else None

    def _start(self) -> None:
        """Both apps, fresh. Raises NotStarted, or Unmet where yours lets nobody in."""
        self._leave()
        for stage in self.stages:
            if stage.apps:
                stage.host = stage.bench.ready()
        with ThreadPoolExecutor(2) as pool:
            self.sides = tuple(pool.map(self._side, self.stages))

    def _side(self, stage: Stage) -> Side:
        stage.host.deadline = self.deadline and PATIENCE
        file = Path(tempfile.mkdtemp(dir=self.folder.name)) / "todo.db"
        url = f"sqlite+aiosqlite:///{file}"
        app = stage.start(database_url=url, within=PATIENCE, **self.settings)
        return Side(app, file, self.promise, self.people, self.deadline)

    def _leave(self) -> None:
        """Ask the apps nothing more; they go on, to be asked what happened."""
        for side in self.sides:
            side.kept.close()
        for stage in self.stages:
            stage.host.deadline = self.deadline
        self.sides = ()


def compare(
    lesson: Lesson,
    yours: Stage,
    reference: Stage,
    count: int,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Raise Unmet with the shortest difference between the two, if there is one."""
    with Comparison(lesson, yours, reference) as comparison:
        found = comparison.search(count, seed, tell)
    if found is None:
        return
    sent = [event.exchange for event in yours.scene.events if event.kind == "sent"]
    yours.scene.limit = 2 * LENGTH
    yours.scene.focused = [one for one in sent if one is not None]
    if found.problem is not None:
        raise found.problem
    assert found.difference is not None
    name, got, expected = found.difference
    label = Seen(name, got, plain=name == "status")
    field = "Location" if found.sequence[-1].kind == "follow" else name.rpartition("].")[2]
    raise Unmet(label.tell(got), label.tell(expected), words.WHY_DIFFERS.get(field))
