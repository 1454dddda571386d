"""Hosts that several sessions in one process use, and what those sessions found."""

from __future__ import annotations

from typing import Any

from workshop.bench import Bench
from workshop.report import Run
from workshop.same import SEQUENCES
from workshop.suites import Suite


class SharedBench:
    """Given to `pytest.main` as a plugin: the hosts to use, which outlive the session.

    Without `gates` no task waits for another; with `beside`, a check's name, only its task's run;
    with `every`, all checks of the lessons before, not only those that last. Afterwards `runs` has
    what was found, and `warned` what Python warned of in checks that passed; `suites` are the
    tests, where a learner's were graded.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        gates: bool = True,
        beside: str = "",
        every: bool = False,
        sequences: int = SEQUENCES,
        remembers: bool = False,
    ) -> None:
        """`remembers`, it is a learner's run on warm hosts, and goes as one on cold ones does."""
        self.bench = bench
        self.gates = gates
        self.beside = beside
        self.every = every
        self.sequences = sequences
        self.remembers = remembers
        self.runs: list[Run] = []
        self.warned: list[dict[str, Any]] = []
        self.suites: list[Suite] = []
