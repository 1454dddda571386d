"""The last check of every lesson: asked at random, the app answers as the reference does."""

from __future__ import annotations

from collections.abc import Callable

from workshop.oracle import compare
from workshop.stage import Stage

SEQUENCES = 20
"""How many sequences of requests a run sends, and ten times as many with --full."""


def same_as_reference(
    stage: Stage, reference: Stage, sequences: int, tell: Callable[[str], None]
) -> None:
    """the same answers as the reference

    API.md says what this route promises.
    """
    compare(stage.lesson, stage, reference, sequences, tell=tell)
