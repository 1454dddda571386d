"""Where an API and the reference differ: the shortest sequence of requests that shows it."""

from __future__ import annotations

import tempfile
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.reporting import with_reporter

from workshop.course import Lesson
from workshop.seen import Seen, Unmet
from workshop.sides import Side, Told, differences
from workshop.stage import Stage
from workshop.steps import LENGTH, MINE, OPEN, Step, sequences

Difference = tuple[str, Any, Any]


class Found(Exception):
    """A sequence whose last answer differs."""

    def __init__(self, sequence: list[Step], difference: Difference) -> None:
        super().__init__(sequence, difference)
        self.sequence = sequence
        self.difference = difference


class Broken(BaseException):
    """An answer that never came: not worth shrinking, since each try waits for its deadline."""

    def __init__(self, sequence: list[Step]) -> None:
        super().__init__(sequence)
        self.sequence = sequence


class Comparison:
    """Your app and the reference, side by side."""

    def __init__(self, lesson: Lesson, yours: Stage, reference: Stage) -> None:
        self.promise = lesson.promise
        self.people = ["ada", "bob", ""] if yours.logs_in else [""]
        self.kinds = [kind for kind in self.promise if kind in MINE or kind in OPEN]
        self.stages = (yours, reference)
        self.sides = self._start()

    def _start(self) -> tuple[Side, Side]:
        """Both apps, fresh. Raises NotStarted."""
        yours, reference = (Side(stage.start(), self.promise, self.people) for stage in self.stages)
        return yours, reference

    def run(self, sequence: list[Step]) -> None:
        """Ask both sides. Raises Found, or Broken where yours doesn't answer."""
        for side in self.sides:
            side.empty()
        for place, step in enumerate(sequence):
            yours, reference = (side.ask(step) for side in self.sides)
            if yours is None or reference is None:
                continue
            expected = self.sides[1].told(reference.answer(), step)
            try:
                got = self.sides[0].told(yours.answer(), step)
            except Unmet:
                raise Broken(sequence[: place + 1]) from None
            self._compare(got, expected, sequence[: place + 1])

    def _compare(self, got: Told, expected: Told, sequence: list[Step]) -> None:
        if found := differences(got, expected):
            raise Found(sequence, found[0])

    def shortest(self, count: int, seed: int | None = None) -> Found | Broken | None:
        """The shortest difference in `count` sequences, seen again on fresh apps; None if none.

        Without a `seed` the sequences are the same on every run.
        """
        with tempfile.TemporaryDirectory() as folder, with_reporter(lambda _text: None):
            set_hypothesis_home_dir(folder)
            try:
                self._search(count, seed)
            except (Found, Broken) as found:
                return self._again(found)
        return None

    def _search(self, count: int, seed: int | None) -> None:
        @settings(
            max_examples=count,
            derandomize=seed is None,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(sequences(self.kinds, self.people))
        def compare(sequence: list[Step]) -> None:
            self.run(sequence)

        if seed is not None:
            compare = hypothesis.seed(seed)(compare)
        compare()

    def _again(self, found: Found | Broken) -> Found | Broken | None:
        """A difference must show on fresh apps too, or it isn't believed."""
        self.sides = self._start()
        for stage in self.stages:
            stage.scene.events.clear()
        try:
            self.run(found.sequence)
        except (Found, Broken) as again:
            return again
        return None


def compare(lesson: Lesson, yours: Stage, reference: Stage, count: int) -> None:
    """Raise Unmet with the shortest difference between the two, if there is one."""
    comparison = Comparison(lesson, yours, reference)
    found = comparison.shortest(count)
    if found is None:
        return
    sent = [event.exchange for event in yours.scene.events if event.kind == "sent"]
    yours.scene.limit = 2 * LENGTH
    yours.scene.focused = [one for one in sent if one is not None]
    if isinstance(found, Broken):
        raise Unmet("no answer", "the reference's answer")
    name, got, expected = found.difference
    label = Seen(name, got, plain=name == "status")
    raise Unmet(label.tell(got), label.tell(expected))
