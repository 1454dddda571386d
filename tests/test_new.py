"""A lesson in its first minute passes the proof of the course; with one line broken it doesn't."""

import re
import shutil
from pathlib import Path

from workshop.course import lessons
from workshop.rehearsal import Rehearsal


def broken(rehearsal: Rehearsal, number: str) -> None:
    """One line of the new lesson's reference, and with it the answer that clients get."""
    file = rehearsal.folder / f"solutions/{number}_demo/todo_api/routes/health.py"
    text = file.read_text("utf-8")
    assert text.count('return {"lesson": "demo"}') == 1
    file.write_text(text.replace('return {"lesson": "demo"}', 'return {"lesson": "dem"}'), "utf-8")


SENTENCES = (
    'got        lesson: "dem"',
    'expected   lesson: "demo"',
    "A promise that a client can see",
)


def test_it_passes_and_one_broken_line_does_not(tmp_path: Path) -> None:
    """In a course of one lesson with few checks, so that it is short."""
    rehearsal = Rehearsal(tmp_path / "a copy of the course")
    for lesson in lessons(rehearsal.folder)[1:]:
        shutil.rmtree(lesson.folder)
    for folder in (rehearsal.folder / "solutions").iterdir():
        if folder.name[:2] > "01":
            shutil.rmtree(folder)
    checks = rehearsal.lesson.checks
    checks.write_text(checks.read_text("utf-8").partition("@task(2)")[0], "utf-8")
    made = rehearsal.run("workshop new 02 demo")
    assert made.status == 0, made
    assert "solutions/02_demo/todo_api/routes/health.py\n" in made.printed
    assert made.printed.endswith("pytest -k 02\n")
    command = "pytest tests/test_lessons.py -k 02 -p no:cacheprovider"
    ran = rehearsal.run(command, seconds=300)
    assert ran.status == 0, ran.printed
    assert re.search(r"\b16 passed", ran.printed), ran.printed
    broken(rehearsal, "02")
    ran = rehearsal.run(f"{command} -x", seconds=300)
    assert ran.status == 1
    assert all(sentence in ran.printed for sentence in SENTENCES), ran.printed
