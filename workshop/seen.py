"""What a check saw, with the words that name it: `assert answer.status == 201` explains itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Json = Any


class Missing:
    """The value of a field that isn't there."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


class Like:
    """An expectation that many values meet, with its name: `answer["id"] == a_number`."""

    def __init__(self, name: str, meets: Callable[[Any], bool]) -> None:
        self.name = name
        self.meets = meets

    def __repr__(self) -> str:
        return self.name


def _is_instant(value: Any) -> bool:
    from datetime import datetime

    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


a_number = Like("a number", lambda value: type(value) is int)
a_text = Like("a text", lambda value: isinstance(value, str) and value != "")
an_instant = Like("a time with its zone", _is_instant)


def one_of(*values: Json) -> Like:
    """Any of `values`."""
    names = " or ".join(in_words(value) for value in values)
    return Like(names, lambda value: any(same(value, one) for one in values))


def same(got: Json, expected: Json) -> bool:
    """Whether two JSON values are equal, as JSON: 1 is not true."""
    if isinstance(expected, Like):
        return expected.meets(got)
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(same(got[k], expected[k]) for k in got)
    if isinstance(got, list) and isinstance(expected, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(got, bool) or isinstance(expected, bool):
        return got is expected
    return bool(got == expected)


def in_words(value: Json) -> str:
    """A value as it stands in an answer."""
    if isinstance(value, Missing | Like):
        return repr(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(value)


class Unmet(AssertionError):
    """A promise that isn't kept, where no comparison of two values says it.

    `got` and `expected` are one line each; `why` takes the place of the check's own, `line` is
    the learner's line that is to blame, and `advice` what to do next, where it isn't to change
    that line's file.
    """

    def __init__(
        self,
        got: str,
        expected: str,
        why: str | None = None,
        line: dict[str, Any] | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(f"{got}; expected {expected}")
        self.got = got
        self.expected = expected
        self.why = why
        self.line = line
        self.advice = advice


class Seen:
    """A value with its label. It compares as the value does, and `in` looks into it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, label: str, value: Any, *, plain: bool = False, problem: Unmet | None = None
    ) -> None:
        """`plain` values are written as they are, and after a space: status 200.

        With a `problem` there is no value: it equals nothing, and the problem is what was got.
        """
        self.label = label
        self.value = value
        self.plain = plain
        self.problem = problem

    def __eq__(self, other: object) -> bool:
        return same(self.value, other.value if isinstance(other, Seen) else other)

    def __contains__(self, item: object) -> bool:
        return item in self.value

    def __getitem__(self, key: str | int) -> Seen:
        """A field or an item, labelled with its path; a missing one is MISSING, never an error."""
        label = f"{self.label}[{key}]" if isinstance(key, int) else self._path(key)
        try:
            return Seen(label, self.value[key])
        except (KeyError, IndexError, TypeError):
            return Seen(label, MISSING)

    def _path(self, key: str) -> str:
        return f"{self.label}.{key}" if self.label else key

    @property
    def length(self) -> Seen:
        """How many there are; MISSING where there is nothing to count."""
        count = len(self.value) if isinstance(self.value, list | dict | str) else MISSING
        return Seen(f"length of {self.label}", count)

    def __repr__(self) -> str:
        return self.tell(self.value)

    def tell(self, value: Any) -> str:
        """`value` said as this one is: "status 200", "notes: null"."""
        if isinstance(value, Seen):
            value = value.value
        if self.plain:
            return f"{self.label} {value}"
        return f"{self.label}: {in_words(value)}" if self.label else in_words(value)

    def difference(self, expected: Any) -> tuple[str, str]:
        """Got and expected, in words; of two objects only the first field that differs."""
        if isinstance(expected, Seen):
            expected = expected.value
        got, label = self.value, self.label
        while isinstance(got, dict) and isinstance(expected, dict):
            keys = [*expected, *(key for key in got if key not in expected)]
            differing = [k for k in keys if not same(got.get(k, MISSING), expected.get(k, MISSING))]
            if not differing:
                break
            key = differing[0]
            label = f"{label}.{key}" if label else key
            got, expected = got.get(key, MISSING), expected.get(key, MISSING)
        said = Seen(label, got, plain=self.plain)
        return self.problem.got if self.problem else said.tell(got), said.tell(expected)
