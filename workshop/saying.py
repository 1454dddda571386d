"""What the `workshop` command prints: sentences are folded, commands and paths stay whole."""

from __future__ import annotations

import os
import shutil
import textwrap
from pathlib import Path
from typing import TextIO

from rich.console import Console

from workshop import words
from workshop.words import WIDTH

LABEL = 13
"""Columns before a text, as in the report of a run."""


def place(path: Path) -> str:
    """A path from where the learner stands."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


class Screen:
    """A terminal, or what stands in its place. Colour says nothing alone."""

    def __init__(self, stream: TextIO) -> None:
        # NO_COLOR means no escape at all, as for pytest: Rich would still write bold.
        self.console = Console(
            file=stream,
            color_system=None if os.environ.get("NO_COLOR") else "auto",
            highlight=False,
            markup=False,
            emoji=False,
        )
        self.plain = not words.encodes(stream)
        self.width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH)

    def line(self, text: str = "", colour: str = "") -> None:
        """A line as it is, however long."""
        text = words.ascii_only(text) if self.plain else text
        self.console.print(text, style=colour or None, soft_wrap=True)

    def say(self, text: str, label: str = "", colour: str = "") -> None:
        """A sentence, its label before its first line."""
        first = f"{label:<{LABEL}}" if label else ""
        self._lines(self._fold(words.visible(text), first), colour)

    def item(self, state: str, number: str, text: str) -> None:
        """A row of a list: sign and word, number, text."""
        first = f"{words.SIGNS[state]} {state:<13}" + (f"{number:<7}" if number else "")
        self._lines(self._fold(text, first), words.COLOURS.get(state, "dim"))

    def order(self, label: str, text: str, command: str, colour: str = "") -> None:
        """A sentence that ends in a command or a path, which stays on one line."""
        first = f"{label:<{LABEL}}" if label else ""
        lines = self._fold(text, first)
        last = f"{lines[-1]} {command}" if text else first + command
        lines[-1:] = [last] if len(last) <= self.width else [lines[-1], "  " + command]
        self._lines(lines, colour)

    def _lines(self, lines: list[str], colour: str) -> None:
        for line in lines:
            self.line(line, colour)

    def _fold(self, text: str, first: str) -> list[str]:
        folded = textwrap.wrap(
            text,
            max(self.width, 2 * LABEL),
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return folded or [first.rstrip()]
