"""What every `workshop` command is made of: how it is asked, and how it is refused."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from workshop import course, words
from workshop.course import ROOT, Lesson, Task
from workshop.saying import Screen

NOT_YET = 1
USED_WRONGLY = 2

LessonNumber = Annotated[str, typer.Argument(help="such as 03", metavar="LESSON")]
MaybeLesson = Annotated[str | None, typer.Argument(help="such as 03", metavar="LESSON")]
TaskNumber = Annotated[str, typer.Argument(help="such as 03.2", metavar="TASK")]
Either = Annotated[str, typer.Argument(help="such as 03 or 03.2", metavar="LESSON|TASK")]

Function = Callable[..., Any]


def commands(app: typer.Typer) -> Callable[..., Callable[[Function], Function]]:
    """A decorator that makes a function a command of `app`, whose help ends in an example."""

    def command(example: str, name: str | None = None) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            # What follows a backspace is never folded.
            last = f"\b\nExample: {words.prefix()}workshop {example}"
            app.command(name, help=f"{inspect.getdoc(function)}\n\n{last}")(function)
            return function

        return register

    return command


def screen() -> Screen:
    return Screen(sys.stdout)


def refuse(sentence: str, status: int = USED_WRONGLY) -> typer.Exit:
    """Say what is wrong; raise what is returned."""
    Screen(sys.stderr).say(sentence)
    return typer.Exit(status)


def lesson_of(number: str) -> Lesson:
    """The lesson that "01" or "1" means. Raises typer.Exit."""
    lesson = course.find(number.zfill(2) if number.isdigit() else number, ROOT)
    if lesson is not None:
        return lesson
    known = [lesson.number for lesson in course.lessons(ROOT)]
    raise refuse(words.NO_LESSON.format(number=number, first=known[0], last=known[-1]))


def task_of(number: str) -> tuple[Lesson, Task]:
    """The task that "01.2" or "1.2" means, and its lesson. Raises typer.Exit."""
    match = re.fullmatch(r"(\d{1,2})\.(\d)", number)
    if match:
        lesson = course.find(match[1].zfill(2), ROOT)
        for task in lesson.tasks if lesson else ():
            if lesson and task.number == f"{match[1].zfill(2)}.{match[2]}":
                return lesson, task
    known = [task.number for lesson in course.lessons(ROOT) for task in lesson.tasks]
    raise refuse(words.NO_TASK.format(number=number, first=known[0], last=known[-1]))


def either(number: str) -> tuple[Lesson, Task | None]:
    """The lesson, or the task, that a number means. Raises typer.Exit."""
    return task_of(number) if "." in number else (lesson_of(number), None)
