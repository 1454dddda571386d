"""What authors do: write starters from solutions, pages from what they name, begin a lesson."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from workshop import build as building
from workshop import copies, state, words, writing
from workshop import figures as counting
from workshop import new as beginning
from workshop import pages as paging
from workshop.asked import MaybeLesson, commands, lesson_of, refuse, screen
from workshop.build import Files
from workshop.course import ROOT, Lesson, lessons
from workshop.saying import Screen, place

app = typer.Typer()
command = commands(app)


def build_all(root: Path, chosen: Lesson | None, screen: Screen) -> None:
    """Write the taken-over files and the starters; of a begun lesson only if it is `chosen`."""
    for lesson in lessons(root):
        written = building.write(building.unchanged(lesson), lesson.solution, lesson.holds)
        screen.say(f"{lesson.solution.name}: {words.plural(len(written), 'file')} taken over")
    for lesson in lessons(root):
        there, wanted = copies.mine(lesson), copies.given(lesson)
        free = writable(lesson, there)
        if not free and lesson != chosen:
            screen.say(words.BEGUN_LESSON.format(folder=place(lesson.folder)))
            screen.order("", "", f"{words.prefix()}workshop build {lesson.number}")
            continue
        if free:
            _write(lesson, there, wanted)
        else:
            copies.put(lesson, wanted, f"build {lesson.number}")
        differing = [name for name in {**there, **wanted} if there.get(name) != wanted.get(name)]
        screen.say(f"{lesson.name}: {words.plural(len(differing), 'file')} written")
        remembered = state.load(lesson.root)
        remembered.built[lesson.number] = copies.numbered(wanted)
        state.save(lesson.root, remembered)


def writable(lesson: Lesson, there: Files) -> bool:
    """Whether a starter may be written: nothing is there that only a learner has."""
    changed = [name for name in copies.changed(lesson, there) if name in there]
    return not building.begun(lesson) and _committed(lesson, changed)


def _committed(lesson: Lesson, names: list[str]) -> bool:
    """Whether git has these files of a lesson as they are."""
    paths = [str(lesson.folder / name) for name in names]
    asked = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all", "--", *paths]
    try:
        told = subprocess.run(asked, cwd=lesson.root, capture_output=True) if names else None
    except OSError:
        return False
    return told is None or (told.returncode == 0 and not told.stdout)


def _write(lesson: Lesson, there: Files, wanted: Files) -> None:
    """Write a starter over `there`. Raises OSError where someone saves meanwhile."""
    try:
        copies.write(lesson, there, wanted)
    except writing.Moved as moved:
        raise OSError(words.MOVED.format(file=moved)) from None


def write_pages(root: Path, screen: Screen) -> None:
    """Write the blocks of the pages anew."""
    with tempfile.TemporaryDirectory() as folder:
        paging.copy(root, Path(folder))
        for _ in range(3):  # an output may name a line of a page that another block has moved
            if not _write_pages(root, Path(folder), screen):
                break


def _write_pages(root: Path, folder: Path, screen: Screen) -> bool:
    """Write each page once, in the copy in `folder` too; whether any was different."""
    different = False
    for page in paging.pages(root):
        text = page.read_text(encoding="utf-8")
        rendered = paging.render(text, root, paging.runner(folder))
        if rendered != text:
            different = True
            for place in (page, folder / page.relative_to(root)):
                place.write_text(rendered, encoding="utf-8")
            screen.say(f"written: {page.relative_to(root)}")
    return different


@command("build")
def build(number: MaybeLesson = None) -> None:
    """For authors: write the starters anew, from the solutions.

    Also the files that a lesson takes over from the one before. A lesson that a learner has begun
    is left alone, unless you name it; then what is there is kept first.
    """
    build_all(ROOT, lesson_of(number) if number else None, screen())


@command("pages")
def pages() -> None:
    """For authors: write the code and outputs in the pages anew."""
    write_pages(ROOT, screen())


@command("figures")
def figures() -> None:
    """For authors: say how much the course proves of itself."""
    for line in counting.table(ROOT):
        typer.echo(line)


@command("new 09 caching")
def new(
    number: Annotated[str, typer.Argument(help="such as 09", metavar="NUMBER")],
    name: Annotated[str, typer.Argument(help="small letters, such as caching", metavar="NAME")],
) -> None:
    """For authors: begin a lesson.

    It has a reference, a chapter, a task, a check and a mistake, which pass the course's own proof.
    """
    if refused := beginning.refusal(ROOT, number, name):
        raise refuse(refused)
    beginning.begin(ROOT, number, name, screen())
