"""Where an API and the reference differ: the shortest sequence of requests that shows it.

Both apps are asked the same, side by side, their tables emptied between two sequences. A
difference is believed once it shows on fresh apps too, and then made as short as it gets.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from workshop import words
from workshop.cards import SETTINGS, UPSTREAMS, Step
from workshop.course import Lesson
from workshop.facts import Difference, difference
from workshop.kept import Reply, Unanswered
from workshop.seen import Seen, Unmet
from workshop.sides import Side
from workshop.stage import Stage
from workshop.steps import LENGTH, Dealer, simpler, swapped

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: there a commit waits for no disk."""
AT_ONCE = 2.0
"""Seconds for an answer; one that didn't come is asked for once more."""

PATIENCE = 6.0
"""Seconds for a start, and for an answer then: both apps have started before in this run."""


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
        self.settings: dict[str, Any] = {}
        for pile in [*self.promise["sends"], *self.promise.get("also", [])]:
            self.settings |= SETTINGS.get(pile, {})
        self.settings["upstreams"] = [
            reference.upstream(name, **UPSTREAMS[name])
            for name in self.promise.get("dashboard", [])
        ]
        self.sides: tuple[Side, ...] = ()

    def __enter__(self) -> Comparison:
        memory = MEMORY if MEMORY.is_dir() else None
        self.folder = tempfile.TemporaryDirectory(dir=memory, ignore_cleanup_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        self.folder.cleanup()

    def _leave(self) -> None:
        """The apps go on, for their hosts to be asked what happened, and nobody asks them."""
        for side in self.sides:
            side.kept.close()
            if side.app.host.deadline:
                side.app.host.deadline = AT_ONCE
        self.sides = ()

    def _end(self) -> None:
        for side in self.sides:
            side.app.host.kill()

    def _start(self) -> None:
        """Both apps, fresh. Raises NotStarted, or Unmet where yours lets nobody in."""
        self._leave()
        with ThreadPoolExecutor(2) as pool:
            self.sides = tuple(pool.map(self._side, self.stages))

    def _side(self, stage: Stage) -> Side:
        if stage.apps:
            stage.host = stage.bench.ready()
        deadline = stage.host.deadline and AT_ONCE
        stage.host.deadline = deadline and PATIENCE
        file = Path(tempfile.mkdtemp(dir=self.folder.name)) / "todo.db"
        url = f"sqlite+aiosqlite:///{file}"
        app = stage.start(database_url=url, within=PATIENCE, **self.settings)
        return Side(app, file, self.promise, self.people, deadline)

    def search(self, count: int, seed: int, tell: Callable[[str], None]) -> Found | None:
        """The shortest difference in `count` sequences; None if there is none.

        The apps are then as after the sequence that was found, and its requests in the scene.
        """
        dealer = Dealer(self.promise, self.people, seed)
        self._start()
        for number, sequence in enumerate(dealer.sequences(count), 1):
            tell(words.COMPARING.format(number=number, count=count))
            try:
                found = self.run(sequence)
            except Unanswered:
                found = Found(sequence, None)
                self._end()
            if found is None:
                continue
            believed = self.again(sequence)
            if believed is not None and (shortest := self._shortest(believed)):
                return shortest
        return None

    def run(self, sequence: list[Step]) -> Found | None:
        """Ask both apps, once their tables are empty. Raises Unanswered."""
        try:
            for side in self.sides:
                side.empty()
        except sqlite3.OperationalError:  # a transaction was left open, say
            self._start()
        yours, reference = self.sides
        for place, step in enumerate(sequence):
            requests = [side.request(step) for side in self.sides]
            if requests[0] is None or requests[1] is None:
                continue
            for side, request in zip(self.sides, requests, strict=True):
                assert request is not None
                side.send(request)
            replies = [side.kept.receive() for side in self.sides]
            got = yours.told(step, requests[0], replies[0])
            expected = reference.told(step, requests[1], replies[1])
            if found := difference(got, expected, yours.ids):
                return Found(sequence[: place + 1], found)
        return None

    def again(self, sequence: list[Step]) -> Found | None:
        """Ask fresh apps, so that the report has it; None where nothing differs any more."""
        self._start()
        for stage in self.stages:
            stage.scene.events.clear()
        yours, reference = self.sides
        for place, step in enumerate(sequence):
            requests = [side.request(step) for side in self.sides]
            if requests[0] is None or requests[1] is None:
                continue
            pending = [yours.show(requests[0]), reference.show(requests[1])]
            theirs, mine = pending[1].answer(), pending[0].answer()
            if theirs.response is None:
                return None
            if mine.response is None:
                return Found(sequence[: place + 1], None, mine.problem)
            got, expected = (
                side.told(step, request, Reply(answer.status_code, answer.headers, answer.content))
                for side, request, answer in (
                    (yours, requests[0], mine.response),
                    (reference, requests[1], theirs.response),
                )
            )
            if found := difference(got, expected, yours.ids):
                return Found(sequence[: place + 1], found)
        return None

    def _shortest(self, found: Found) -> Found | None:
        """The least that still differs; what isn't answered is left as it is, for its deadlines."""
        if found.problem is not None:
            return found
        short = found.sequence
        try:
            for short in self._shorter(found.sequence):
                pass
        except Unanswered:
            pass
        return self.again(short) or self.again(found.sequence)

    def _shorter(self, sequence: list[Step]) -> Iterator[list[Step]]:
        """Ever shorter and simpler sequences that differ. Raises Unanswered."""
        *before, last = sequence
        for size in range(len(before)):
            found = next(filter(None, (self.run([*some, last]) for some in combinations(before, size))), None)
            if found:
                sequence = found.sequence
                yield sequence
                break
        if found := self.run(swapped(sequence, self.people)):
            sequence = found.sequence
            yield sequence
        simplified = True
        while simplified:
            simplified = False
            for place, step in enumerate(sequence):
                for candidate in simpler(step):
                    attempt = [*sequence[:place], candidate, *sequence[place + 1 :]]
                    if found := self.run(attempt):
                        sequence, simplified = found.sequence, True
                        yield sequence
                        break
                if simplified:
                    break


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
    if found.difference is None:
        assert found.problem is not None
        raise found.problem
    name, got, expected = found.difference
    label = Seen(name, got, plain=name == "status")
    raise Unmet(label.tell(got), label.tell(expected))
