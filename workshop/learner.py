"""The commands that a learner gives."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workshop import course, state, words
from workshop.asked import (
    NOT_YET,
    Either,
    LessonNumber,
    MaybeLesson,
    TaskNumber,
    commands,
    either,
    lesson_of,
    refuse,
    screen,
    task_of,
)
from workshop.course import ROOT, Task
from workshop.saying import Screen, place

app = typer.Typer()
command = commands(app)


@command("hint 01.2")
def hint(
    number: TaskNumber,
    every: Annotated[bool, typer.Option("--all", help="all of them, from the first")] = False,
) -> None:
    """Show the next of a task's three hints."""
    _, task = task_of(number)
    remembered = state.load(ROOT)
    shown = remembered.hints.get(task.number, 0)
    count = len(task.hints)
    first, last = (0, count) if every else (min(shown, count - 1), min(shown + 1, count))
    out = screen()
    out.say(f"{task.number}  {task.title}")
    for at in range(first, last):
        out.say(task.hints[at], f"hint {at + 1} of {count}")
    if not every and last == count:
        sentence = words.LAST_HINT.format(number=task.number)
        out.order("", sentence, f"{words.prefix()}workshop hint {task.number} --all")
    remembered.hints[task.number] = max(shown, last)
    state.save(ROOT, remembered)


@command("show 03.2")
def show(
    number: TaskNumber,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask first")] = False,
) -> None:
    """Show how the reference does a task, and why.

    Asks once if yours isn't done yet.
    """
    from workshop import reference

    lesson, task = task_of(number)
    remembered = state.load(ROOT)
    tried = remembered.tried.get(lesson.number)
    done = tried is not None and tried.tasks.get(task.number) == words.DONE
    if not (yes or done or task.number in remembered.shown):
        ask(task, f"{words.prefix()}workshop show {task.number} --yes")
    if task.number not in remembered.shown:
        remembered.shown.append(task.number)
        state.save(ROOT, remembered)
    reference.show(lesson, task, screen())


def ask(task: Task, otherwise: str) -> None:
    """Go on if the reference may be shown. Raises typer.Exit."""
    try:
        if not typer.confirm(words.SPOILS.format(number=task.number), err=True):
            raise typer.Exit(NOT_YET)
    except typer.Abort:  # no keyboard
        out = Screen(sys.stderr)
        out.line()
        out.order("", words.NOT_ASKED, otherwise)
        raise typer.Exit(NOT_YET) from None


@command("diff 03.2")
def diff(number: Either) -> None:
    """Show your code beside the reference's.

    Says where yours is as good. Ends with 1 where that isn't known.
    """
    from workshop import reference

    lesson, task = either(number)
    if not reference.diff(lesson, task, screen()):
        raise typer.Exit(NOT_YET)


@command("reset 03.2")
def reset(number: Either) -> None:
    """Put a lesson, or one task, back to how it began.

    What is there is kept first, and can be brought back.
    """
    from workshop import reset as resetting

    lesson, task = either(number)
    what = f"task {task.number}" if task else f"lesson {lesson.number}"
    done = resetting.one_task(lesson, task.number) if task else resetting.whole_lesson(lesson)
    out = screen()
    if done is None:
        out.say(words.UNCHANGED.format(what=what))
        return
    out.say(words.IS_RESET.format(what=what).capitalize())
    if done.whole and task:
        out.say(words.WHOLE_FILE.format(task=task.number))
    for name in done.whole or done.written:
        out.line(f"  {place(lesson.folder / name)}")
    undoing = f"{words.prefix()}workshop undo {lesson.number}"
    out.order("", words.KEPT_AS.format(name=done.kept.name), undoing)


@command("undo 03")
def undo(
    which: Annotated[
        str | None, typer.Argument(help="03, or a copy's name, 03-7", metavar="LESSON|COPY")
    ] = None,
) -> None:
    """Bring a kept copy of your files back.

    The one from before the last reset, undo or update; or the one that you name, as the list of
    copies does. What is there now is kept first.
    """
    from workshop import copies
    from workshop import reset as resetting

    if which and "-" in which:
        copy = copies.find(ROOT, which)
        if copy is None:
            raise refuse(words.NO_COPY.format(name=which))
    else:
        copy = resetting.last(ROOT, lesson_of(which) if which else None)
        if copy is None:
            out = Screen(sys.stderr)
            out.order("", words.NO_UNDO, f"{words.prefix()}workshop copies")
            raise typer.Exit(NOT_YET)
    try:
        done = resetting.back(copy)
    except copies.Lost as lost:
        raise refuse(words.LOST.format(file=lost, name=copy.name), NOT_YET) from None
    out = screen()
    folder = place(copy.lesson.folder)
    if done is None:
        out.say(words.IS_THERE.format(folder=folder, name=copy.name))
        return
    out.say(words.IS_BACK.format(folder=folder, when=copy.on, name=copy.name))
    for name in done.written:
        out.line(f"  {place(copy.lesson.folder / name)}")
    undoing = f"{words.prefix()}workshop undo {copy.lesson.number}"
    out.order("", words.KEPT_AS.format(name=done.kept.name), undoing)


@command("copies 03 --all")
def copies(
    number: MaybeLesson = None,
    every: Annotated[bool, typer.Option("--all", help="the earlier ones too")] = False,
) -> None:
    """List the kept copies of your files.

    The newest is the last. A run keeps one when it finds your files changed.
    """
    from workshop import listing

    listing.show([lesson_of(number)] if number else list(course.lessons(ROOT)), every, screen())


@command("watch 03")
def watch(number: LessonNumber) -> None:
    """Run a lesson's checks each time you save a file."""
    from workshop import watch as watching

    watching.watch(lesson_of(number), screen())


@command("serve 03")
def serve(
    number: LessonNumber,
    port: Annotated[int, typer.Option(min=1, max=65535, help="where it listens")] = 8000,
) -> None:
    """Run your app of a lesson, anew on each save."""
    from workshop import serve as serving

    if not serving.serve(lesson_of(number), port, screen()):
        raise typer.Exit(NOT_YET)


@command("doctor")
def doctor() -> None:
    """Say what keeps the course from running here."""
    from workshop import doctor as looking

    if not looking.look(ROOT, screen()):
        raise typer.Exit(NOT_YET)


@command("update")
def update() -> None:
    """Take a newer course.

    No file that you changed is written over.
    """
    from workshop import update as updating

    if not updating.update(ROOT, screen()):
        raise typer.Exit(NOT_YET)
