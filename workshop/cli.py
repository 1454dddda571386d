"""The `workshop` command."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from workshop import build as building
from workshop import course, state, words
from workshop import pages as paging
from workshop.course import Task

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

USED_WRONGLY = 2


@app.callback()
def workshop() -> None:
    """A workshop on production FastAPI. A lesson is graded with, for example: pytest lessons/01"""


def refuse(sentence: str) -> typer.Exit:
    """Say what is wrong; raise what is returned."""
    typer.echo(sentence, err=True)
    return typer.Exit(USED_WRONGLY)


def task_of(number: str) -> Task:
    """The task that "01.2" or "1.2" means. Raises typer.Exit."""
    match = re.fullmatch(r"(\d{1,2})\.(\d)", number)
    if match:
        lesson = course.find(match[1].zfill(2))
        for task in lesson.tasks if lesson else ():
            if task.number == f"{match[1].zfill(2)}.{match[2]}":
                return task
    known = [task.number for lesson in course.lessons() for task in lesson.tasks]
    raise refuse(words.NO_TASK.format(number=number, first=known[0], last=known[-1]))


@app.command()
def hint(
    number: Annotated[str, typer.Argument(help="a task, such as 01.2", metavar="TASK")],
    every: Annotated[bool, typer.Option("--all", help="all of them, from the first")] = False,
) -> None:
    """Show the next of a task's three hints.

    Example: workshop hint 01.2
    """
    task = task_of(number)
    try:
        remembered = state.load(course.ROOT)
    except state.Newer as newer:
        raise refuse(words.NEWER_STATE.format(file=newer)) from None
    shown = remembered.hints.get(task.number, 0)
    count = len(task.hints)
    first, last = (0, count) if every else (min(shown, count - 1), min(shown + 1, count))
    typer.echo(f"{task.number}  {task.title}")
    for place in range(first, last):
        typer.echo(f"hint {place + 1} of {count}  {task.hints[place]}")
    if not every and last == count:
        typer.echo(words.LAST_HINT.format(number=task.number))
    remembered.hints[task.number] = max(shown, last)
    state.save(course.ROOT, remembered)


@app.command()
def build() -> None:
    """Write the starters, and the files that a lesson takes over, from the solutions.

    For authors. A lesson that a learner has begun is left alone.

    Example: workshop build
    """
    for lesson in course.lessons():
        written = building.write(building.unchanged(lesson), lesson.solution)
        typer.echo(f"{lesson.solution.name}: {words.plural(len(written), 'file')} taken over")
        if building.begun(lesson):
            typer.echo(f"{lesson.name}: begun, so its starter stays as it is")
            continue
        written = building.write(building.starter(lesson), lesson.folder)
        typer.echo(f"{lesson.name}: {words.plural(len(written), 'file')} written")


@app.command()
def pages() -> None:
    """Write the code and the outputs in the chapters anew, from the files and commands they name.

    For authors.

    Example: workshop pages
    """
    with tempfile.TemporaryDirectory() as folder:
        paging.copy(course.ROOT, Path(folder))
        for page in paging.pages(course.ROOT):
            text = page.read_text(encoding="utf-8")
            rendered = paging.render(text, course.ROOT, paging.runner(Path(folder)))
            if rendered != text:
                page.write_text(rendered, encoding="utf-8")
                typer.echo(f"written: {page.relative_to(course.ROOT)}")


def main() -> None:
    app()
