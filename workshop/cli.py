"""The `workshop` command: where a learner stands, and every other command."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from workshop import authors, learner, state, status, words
from workshop.asked import NOT_YET, USED_WRONGLY, commands, screen
from workshop.course import ROOT
from workshop.saying import Screen, place

AsJson = Annotated[bool, typer.Option("--json", help="for a program")]
HELP = f"""A workshop on production FastAPI. Alone, it says where you stand and what comes next.

\b
Example: {words.prefix()}workshop
A lesson is graded with:
  {words.prefix()}pytest lessons/01
"""

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"terminal_width": min(shutil.get_terminal_size().columns, 80)},
)


@app.callback(invoke_without_command=True, help=HELP)
def workshop(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        show(as_json)


@commands(app)("status --json", name="status")
def show(as_json: AsJson = False) -> None:
    """Say where you stand and what comes next."""
    if as_json:
        typer.echo(json.dumps(status.told(ROOT), indent=2))
    else:
        status.show(ROOT, screen())


app.add_typer(learner.app)
app.add_typer(authors.app)


def main() -> None:
    """What cannot be done is told in a sentence, not as a traceback."""
    try:
        app(prog_name=f"{words.prefix()}workshop")
    except state.Newer as newer:
        out = Screen(sys.stderr)
        out.order("", words.NEWER_STATE.format(file=newer), f"{words.prefix()}workshop update")
        sys.exit(USED_WRONGLY)
    except OSError as error:
        where = f"{place(Path(error.filename))}: " if error.filename else ""
        Screen(sys.stderr).say(words.FAILED.format(error=f"{where}{error.strerror or error}"))
        sys.exit(NOT_YET)
