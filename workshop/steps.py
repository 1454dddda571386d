"""Sequences of requests, dealt from a lesson's piles; and what is simpler than a request.

They are dealt as cards are: none a second time before each was there once. Twenty sequences have
room for a hundred requests, and a hundred drawn at random would miss a third of the piles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

from workshop.cards import HERE, NOBODY, OWNER, PILES, STRANGER, VALUES, Play, Step

LENGTH = 6
"""Requests in a sequence, at most."""

OFTEN = 0.6
"""How often a field that may be left out is there."""

LIST = Step("list")


class Deck:
    """Plays in random order."""

    def __init__(self, chance: Random, first: list[Play], rest: list[Play]) -> None:
        """What is `first` is dealt before the `rest`, in the first round."""
        self.chance = chance
        self.plays = first + rest
        self.pile = chance.sample(first, len(first)) + chance.sample(rest, len(rest))
        self.dealt = 0

    @property
    def share(self) -> float:
        """How many times over it was dealt."""
        return self.dealt / len(self.plays) if self.plays else float("inf")

    def deal(self, room: int) -> Play | None:
        """The next play that is no longer than `room`."""
        if not self.pile:
            self.pile = self.chance.sample(self.plays, len(self.plays))
        for place, play in enumerate(self.pile):
            if len(play) <= room:
                self.dealt += 1
                return self.pile.pop(place)
        return None


class Dealer:
    """Deals sequences: the same ones for the same promise, people and seed."""

    def __init__(self, promise: dict[str, list[str]], people: Sequence[str], seed: int) -> None:
        self.chance = Random(seed)
        self.people = people
        self.promise = promise
        self.lists = self._deck(is_list)
        self.about = self._deck(needs_todo)
        self.moves = self._deck(moves)
        self.alone = self._deck(lambda play: not is_list(play) and not needs_todo(play))

    def _deck(self, belongs: Callable[[Play], bool]) -> Deck:
        first, rest = (
            [play for pile in self.promise.get(name, []) for play in PILES[pile] if belongs(play)]
            for name in ("sends", "also")
        )
        return Deck(self.chance, first, rest)

    def sequences(self, count: int) -> Iterator[list[Step]]:
        """Of three kinds: without a todo, about one, and about a list of several."""
        for number in range(count):
            self.steps: list[Step] = []
            self.living: dict[int, str] = {}
            if number % 4 == 0:
                for _ in range(self.chance.choice((2, 3, 4, 4))):
                    self._make()
                self._play(self.moves, LENGTH - len(self.steps) - 1)
                self._play(self.lists, LENGTH - len(self.steps) - len(self.lists.plays))
            elif self.about.share <= self.alone.share:
                self._make()
                self._play(self.alone, LENGTH - len(self.steps) - 1)
                self._play(self.about, 1)
                if any(map(changes, self.steps)):
                    self._place((LIST,))
            self._play(self.alone, 0)
            yield self.steps

    def _play(self, deck: Deck, spare: int) -> None:
        """Deal from a deck until only `spare` requests have room."""
        while (room := LENGTH - len(self.steps) - max(spare, 0)) > 0:
            if deck is self.about and not self.living:
                if room == 1:
                    return
                self._make()
                room -= 1
            play = deck.deal(room)
            if play is None:
                return
            self._place(play)

    def _make(self) -> None:
        body = {"title": self.chance.choice(VALUES["title"])}
        for name, values in VALUES.items():
            if name != "title" and self.chance.random() < OFTEN:
                body[name] = self.chance.choice(values)
        self._place((Step("create", body=body),))

    def _place(self, play: Play) -> None:
        """Say who asks, and about which todo."""
        todo = self.chance.choice(list(self.living)) if self.living else None
        # A list is mostly asked for by someone who has todos.
        owner = self.chance.choice([*self.people, *self.living.values()])
        if todo is not None and needs_todo(play):
            owner = self.living[todo]
        stranger = next((one for one in self.people if one != owner), owner)
        names = {OWNER: owner, STRANGER: stranger, NOBODY: NOBODY}
        for step in play:
            about = todo if step.todo == HERE and todo is not None else step.todo
            if step.kind == "create":
                about = len(self.steps)
            placed = replace(step, who=names[step.who], todo=about)
            self.steps.append(placed)
            if placed.kind == "create" and placed.who == owner and not placed.fault:
                self.living[about] = owner
            if placed.kind == "delete" and placed.who == owner:
                self.living.pop(about, None)


def needs_todo(play: Play) -> bool:
    return any(step.todo == HERE for step in play)


def is_list(play: Play) -> bool:
    return any(step.kind == "list" and step.who == OWNER and not step.fault for step in play)


def changes(step: Step) -> bool:
    """Whether what it does can be seen in a list."""
    return step.kind in ("change", "delete") and not step.fault


def moves(play: Play) -> bool:
    """Whether it is one change of a todo."""
    return needs_todo(play) and len(play) == 1 and changes(play[0])


def swapped(sequence: list[Step], people: Sequence[str]) -> list[Step]:
    """The same by the other person, so that the first who asks is the first of the `people`."""
    first = next((step.who for step in sequence if step.who), people[0])
    names = {first: people[0], people[0]: first}
    return [replace(step, who=names.get(step.who, step.who)) for step in sequence]


def simpler(step: Step) -> Iterator[Step]:
    """The same request with less in it, or with what is simplest."""
    if step.fault or step.how or step.size:
        return
    parts = [part for part in step.query.removeprefix("?").split("&") if part]
    for part in parts:
        rest = "&".join(one for one in parts if one != part)
        yield replace(step, query=f"?{rest}" if rest else "")
    if step.kind in ("create", "change"):
        body = step.body or {}
        for name, value in body.items():
            if step.kind == "change" or name != "title":
                rest_of = {one: v for one, v in body.items() if one != name}
                yield replace(step, body=rest_of)
            if name in VALUES and value != VALUES[name][0]:
                yield replace(step, body={**body, name: VALUES[name][0]})


def shorter(
    sequence: list[Step],
    people: Sequence[str],
    differs: Callable[[list[Step]], list[Step] | None],
) -> Iterator[list[Step]]:
    """Ever shorter, then simpler sequences that differ; after the first none is shorter.

    `differs` answers the sequence up to what differs, or None.
    """
    *before, last = sequence
    parts = (some for size in range(len(before)) for some in combinations(before, size))
    if found := next(filter(None, (differs([*some, last]) for some in parts)), None):
        sequence = found
        yield sequence
    other = swapped(sequence, people)
    if other != sequence and (found := differs(other)):
        sequence = found
        yield sequence
    while found := next(filter(None, map(differs, simplified(sequence))), None):
        sequence = found
        yield sequence


def simplified(sequence: list[Step]) -> Iterator[list[Step]]:
    """The same with one request simpler."""
    for place, step in enumerate(sequence):
        for one in simpler(step):
            yield [*sequence[:place], one, *sequence[place + 1 :]]
