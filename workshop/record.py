"""What a run leaves behind: a copy of the learner's files, and what it found."""

from __future__ import annotations

from datetime import UTC, datetime

from workshop import copies, state, words
from workshop.build import Files
from workshop.course import Lesson
from workshop.report import Run


def keep(lesson: Lesson, files: Files) -> str | None:
    """Keep a copy of what a learner changed; why that couldn't be done, in a sentence."""
    try:
        if copies.changed(lesson, files):
            copies.keep(lesson, copies.RUN, files)
    except OSError as error:
        return words.NOT_KEPT.format(error=error.strerror or error)
    except state.Newer as newer:
        return words.NOT_KEPT.format(error=f"{newer} is a newer course's")
    return None


def note(run: Run, files: str) -> None:
    """Remember what a run of all checks found in `files`, as `copies.digest` tells them."""
    tasks = {task.number: run.state(task.number) for task in run.lesson.tasks}
    finished = bool(run.totals) and all(run.state(task) == words.DONE for task in run.totals)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        remembered = state.load(run.lesson.root)
        remembered.tried[run.lesson.number] = state.Tried(when, files, finished, tasks)
        state.save(run.lesson.root, remembered)
    except (OSError, state.Newer):
        return  # the run has said what it found; that is what was asked for
