"""What a run grades: which folder, and whether it or its checks are as they were given."""

from __future__ import annotations

import subprocess
from pathlib import Path

from workshop import build, words
from workshop.course import Lesson
from workshop.report import Report, Run


class Trouble(Exception):
    """The run can't begin; the text says why, for the learner, and `advice` what to do."""

    def __init__(self, text: str, advice: str = words.TROUBLE_NEXT) -> None:
        super().__init__(text)
        self.advice = advice


def code_of(lesson: Lesson, code: str | None, solution: bool, report: Report) -> Path:
    """The folder that is graded. Raises Trouble where it doesn't hold what a learner writes."""
    folder = Path(code).resolve() if code else lesson.solution if solution else lesson.folder
    if (folder / lesson.holds).is_dir():
        return folder
    sentence = words.NO_CODE.format(folder=report.path(folder), holds=lesson.holds)
    if code:
        command = f"{report.prefix}pytest lessons/{lesson.number}"
        reference = report.path(lesson.solution)
        raise Trouble(sentence, words.USE_ANOTHER.format(command=command, folder=reference))
    raise Trouble(sentence, words.BRING_BACK.format(path=report.path(folder / lesson.holds)))


def untouched(run: Run) -> bool:
    """Whether the graded folder still is the starter."""
    there = build.files_of(run.code, run.lesson.holds)
    return all(there.get(name) == content for name, content in build.starter(run.lesson).items())


def edits(run: Run) -> subprocess.Popen[bytes] | None:
    """Ask git, meanwhile, whether a lesson's checks differ from the committed ones."""
    command = ["git", "diff", "--quiet", "HEAD", "--", str(run.lesson.checks)]
    if not (run.lesson.root / ".git").exists():
        return None
    try:
        return subprocess.Popen(
            command, cwd=run.lesson.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
