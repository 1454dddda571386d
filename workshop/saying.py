"""What the `workshop` command prints: sentences folded to the terminal, commands and paths whole."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TextIO

from rich.console import Console

from workshop import words
from workshop.words import WIDTH

LABEL = 13
"""Columns before a text, as in the report of a run."""


def prefix() -> str:
    """What comes before a command so that it works as this one did."""
    return "uv run " if os.environ.get("UV_RUN_RECURSION_DEPTH") else ""


def encodes(stream: TextIO) -> bool:
    """Whether a stream can be written every sign of the report."""
    try:
        "✓✗○·…".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


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
        system = None if os.environ.get("NO_COLOR") else "auto"
        self.console = Console(
            file=stream, color_system=system, highlight=False, markup=False, emoji=False
        )
        self.plain = not encodes(stream)
        self.width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH)

    def line(self, text: str = "", colour: str = "") -> None:
        """A line as it is, however long."""
        text = words.ascii_only(text) if self.plain else text
        self.console.print(text, style=colour or None, soft_wrap=True)

    def say(self, text: str, label: str = "", colour: str = "") -> None:
        """A sentence, its label before its first line."""
        indent = " " * LABEL if label else ""
        folded = self._fold(words.visible(text), label.ljust(len(indent)), indent)
        for line in folded:
            self.line(line, colour)

    def order(self, label: str, text: str, command: str, colour: str = "") -> None:
        """A sentence that ends in a command or a path, which is on one line."""
        lines = self._fold(text, label.ljust(LABEL), " " * LABEL)
        if len(lines[-1]) + 1 + len(command) <= self.width:
            lines[-1] = f"{lines[-1]} {command}" if text else lines[-1].ljust(LABEL) + command
        else:
            lines.append("  " + command)
        for line in lines:
            self.line(line, colour)

    def _fold(self, text: str, first: str, later: str) -> list[str]:
        return textwrap.wrap(
            text,
            max(self.width, 2 * LABEL),
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]

    def item(self, state: str, number: str, text: str) -> None:
        """A row of a list: sign and word, number, text."""
        sign, colour = words.SIGNS[state], words.COLOURS.get(state, "dim")
        self.say(f"{number:<7}{text}" if number else text, f"{sign} {state}", colour)


def screen() -> Screen:
    return Screen(sys.stdout)
