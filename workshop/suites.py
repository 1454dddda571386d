"""A learner's tests, judged: which are right, which bugs they notice, what is wrong with the rest.

The right APIs come first: a test that fails on one of them is wrong itself, and is set aside. Then
the broken ones, in an order made anew each time, with the right ones once more among them, so that
no count of runs tells which API is a broken one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from workshop import judging, verdicts, words
from workshop.apis import SHOWN, Api, Apis
from workshop.seen import Unmet
from workshop.trials import Result, Run, Trials
from workshop.verdicts import Aside, name_of, says_nothing

EXPLAINED = 4
"""How many of the tests that are set aside are run alone, to find out why they fail."""

OURS = (judging.ROWS, judging.ALONE, judging.ORDER)
"""What is wrong with a test where it isn't by itself."""

MUTE = (500, 200)
"""Answers that say nothing: a test that passes on both can't fail."""


class Suite:
    """The tests in a folder. Nothing is run before it is asked for, and then only once."""

    def __init__(
        self,
        tests: Path,
        trials: Trials,
        apis: Apis,
        tell: Callable[[str], None],
        chance: Random | None = None,
        given: frozenset[str] = frozenset(),
    ) -> None:
        """`given` are the tests that came with the lesson."""
        self.tests = tests
        self.trials = trials
        self.apis = apis
        self.tell = tell
        self.chance = chance or Random()
        self.given = given
        self.aside: dict[str, Aside] = {}
        self.slept: dict[str, Result] = {}
        self.looked_for_bugs = False

    @functools.cached_property
    def first(self) -> list[Run]:
        """Each right API once. Of two tests, each comes first in one order and last in another."""
        seed = self.chance.randrange(2**32)
        one, two, *rest = self.apis.right
        runs = [
            Run(one, seed),
            Run(two, seed, backwards=True),
            *(Run(api, seed + 1) for api in rest),
        ]
        self.trials.run(self.tests, runs, self.tell)
        for function, results in self._by_function(runs).items():
            if asleep := [one for one in results if one.slept]:
                self.slept[function] = asleep[0]
            if bad := [one for one in results if one.outcome not in ("passed", "skipped")]:
                self.aside[function] = self._explain(bad, results)
        return runs

    def _by_function(self, runs: Iterable[Run]) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for run in runs:
            for result in run.results.values():
                found.setdefault(result.function, []).append(result)
        return found

    def _explain(self, bad: list[Result], results: list[Result]) -> Aside:
        """Why a test fails on a right API."""
        worst = bad[0]
        simple = {"hung": judging.HUNG, "ended": judging.ENDED, "setup": judging.FIXTURE}
        if any(one.bare for one in bad):
            return Aside(judging.BARE, next(one for one in bad if one.bare))
        if any(one.over for one in bad):
            return Aside(judging.OVER, next(one for one in bad if one.over))
        if worst.outcome in simple:
            return Aside(simple[worst.outcome], worst)
        if any(one.rows for one in bad):
            return Aside(judging.ROWS, next(one for one in bad if one.rows))
        if any(one.again == "passed" for one in bad):
            return Aside(judging.FLAKY, worst)
        if len(self.aside) >= EXPLAINED:
            return Aside(judging.OTHER, worst)
        first, *others = self.apis.right
        alone = self._alone(worst.test, [first, first, first, *others])
        if len({one.failed for one in alone[:3]}) > 1 or any(o.again == "passed" for o in alone):
            return Aside(judging.FLAKY, worst)
        fails = [one.failed for one in alone[2:]]
        if not any(fails):
            return Aside(judging.ALONE, worst)
        if not all(fails):
            freedoms = self.apis.freedoms
            ones = self._alone(worst.test, freedoms.values())
            names = [name for name, one in zip(freedoms, ones, strict=True) if one.failed]
            return Aside(judging.FREEDOM, worst, names[0]) if names else Aside(judging.OTHER, worst)
        passed = any(one.outcome == "passed" for one in results if one.test == worst.test)
        return Aside(judging.ORDER if passed else judging.WRONG, worst)

    def _alone(self, test: str, apis: Iterable[Api]) -> list[Result]:
        """One test without the others, on some APIs."""
        runs = [Run(api, only=frozenset([test])) for api in apis]
        self.trials.run(self.tests, runs, self.tell)
        return [run.results.get(test, Result(test, "ended")) for run in runs]

    @functools.cached_property
    def noticed(self) -> dict[int, list[str]]:
        """By a bug's number the tests that notice it."""
        first = self.first
        self.looked_for_bugs = True
        without = {one.test for run in first for one in run.results.values()}
        without = {test for test in without if test.partition("[")[0] in self.aside}
        bugs = [self._second(api, without) for api in self.apis.bugs]
        right = [self._second(api, without) for api in self.apis.right]
        runs = [*bugs, *right[1:]]
        self.chance.shuffle(runs)
        if self.valid:
            # The last is a right one: whoever waits for a count to pass fails on that one too.
            self.trials.run(self.tests, [*runs, right[0]], self.tell)
        for function, results in self._by_function(right).items():
            bad = [one for one in results if one.outcome not in ("passed", "skipped")]
            if bad and function not in self.aside:
                self.aside[function] = Aside(judging.FLAKY, bad[0])
        return {
            run.api.number: sorted(
                {one.function for one in run.results.values() if one.failed} - self.aside.keys()
            )
            for run in bugs
        }

    def _second(self, api: Api, without: set[str]) -> Run:
        seed = self.chance.randrange(2**32)
        return Run(api, seed, without=frozenset(without))

    @property
    def valid(self) -> list[str]:
        """The tests that pass on every right API."""
        found = self._by_function(self.first)
        return [
            function
            for function, results in sorted(found.items())
            if function not in self.aside and any(one.outcome == "passed" for one in results)
        ]

    @functools.cached_property
    def unable(self) -> list[str]:
        """The tests that pass whatever an API answers, so that no bug could make them fail."""
        able = {function for functions in self.noticed.values() for function in functions}
        doubted = [function for function in self.valid if function not in able]
        tests = [one for one in self.first[0].results.values() if one.function in doubted]
        only = frozenset(one.test for one in tests)
        runs = [Run(self.apis.right[0], only=only, mute=status) for status in MUTE]
        if only:
            self.trials.run(self.tests, runs, self.tell)
        found = self._by_function(runs)
        return [function for function in doubted if all(map(says_nothing, found[function]))]

    # What the checks demand: each returns, or raises Unmet.

    def demand_some(self) -> None:
        """Tests that can be read and run."""
        for run in self.first:
            for unread in run.unread:
                line = verdicts.place(
                    self.tests, Result("", "", file=unread.file, line=unread.line)
                )
                raise Unmet(unread.text, judging.SOME_TEST, judging.UNREAD_TESTS, line)
        if not self.first[0].results:
            raise Unmet(judging.NO_TESTS, judging.SOME_TEST)
        self._demand_none(judging.FIXTURE, judging.ENDED)

    def demand_lifespan(self) -> None:
        """Tests that ask an app while its lifespan lasts."""
        self.demand_some()
        self._demand_none(judging.BARE, judging.OVER)
        self._demand_all(judging.OVER, lambda result: not result.over)

    def demand_own_rows(self) -> None:
        """Tests that neither meet nor need what another one left."""
        self.demand_some()
        self._demand_none(*OURS)
        self._demand_all(judging.ROWS, lambda result: not result.rows)

    def demand_right(self) -> None:
        """A test, at least, that passes on all right APIs, as those do that the lesson gave."""
        self.demand_some()
        for function in sorted(self.aside.keys() & self.given):
            raise verdicts.example(self.tests, function, self.aside[function])
        if not self.valid and self.aside:
            function, aside = min(self.aside.items())
            raise verdicts.unfit(self.tests, function, aside)
        if not self.valid:
            count = words.plural(len(self._by_function(self.first)), "test")
            raise Unmet(judging.NO_VALID.format(count=count), judging.SOME_TEST)

    def demand_noticed(self, bug: int, file: str) -> None:
        """A test that notices a bug. One in `file` that is set aside may have been meant to."""
        if self.noticed[bug]:
            return
        for function in sorted(self.aside):
            if verdicts.file_of(function) == file:
                raise verdicts.meant(self.tests, function, self.aside[function], bug)
        raise verdicts.not_noticed(self.tests, file, bug, self.apis.of(bug).area)

    def demand_steady(self) -> None:
        assert self.noticed
        self._demand_none(judging.FLAKY)

    def demand_fair(self) -> None:
        """No test that is set aside."""
        assert self.noticed
        self._demand_none(*judging.ASIDE)

    def demand_able(self) -> None:
        for function in self.unable:
            raise Unmet(judging.CANT_FAIL.format(name=name_of(function)), judging.CAN_FAIL)

    def _demand_all(self, kind: str, right: Callable[[Result], bool]) -> None:
        """Also of tests that pass all the same."""
        found = (one for run in self.first for one in run.results.values() if not right(one))
        for result in sorted(found, key=lambda one: one.test):
            raise verdicts.unfit(self.tests, result.function, Aside(kind, result))

    def _demand_none(self, *kinds: str) -> None:
        for function, aside in sorted(self.aside.items()):
            if aside.kind in kinds:
                raise verdicts.unfit(self.tests, function, aside)


def shown(noticed: dict[int, list[str]]) -> list[int]:
    """The bugs with a number that are noticed."""
    return [bug for bug, functions in noticed.items() if functions and bug <= SHOWN]
