"""The shape of the course: what may import what, and how much a lesson may ask of a learner."""

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workshop import proof, regions
from workshop.checks import marked, promise_of
from workshop.course import API, ROOT, Lesson, find, lessons
from workshop.regions import Region
from workshop.rehearsal import Rehearsal

LESSONS = lessons()
WORKSHOP = ROOT / "workshop"
MODULES = sorted(WORKSHOP.glob("*.py"))
HOST = sorted((WORKSHOP / "host").glob("*.py"))
ROOM = 87
"""Columns for the text of a report's line."""

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


def table() -> list[str]:
    """The modules in the table in CONTRIBUTING.md, from the top, and from left to right."""
    rows = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("| file |")[1].splitlines()[2:]
    cells = [row.split("|")[1] for row in rows if row.startswith("|")]
    return [name for cell in cells for name in re.findall(r"`([\w/]+)`", cell)]


def imports_of(file: Path) -> Iterator[str]:
    """The modules of `workshop` that a file imports, wherever in it: "course", "host.frames"."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = node.module in ("workshop", "workshop.host")
            names = [
                f"{node.module}.{alias.name}" if whole else node.module for alias in node.names
            ]
        else:
            continue
        yield from (name.removeprefix("workshop.") for name in names if "workshop." in name)


@pytest.mark.parametrize("file", MODULES + HOST, ids=lambda file: file.stem)
def test_a_file_has_at_most_300_lines(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= 300


def test_every_module_is_in_the_table_once() -> None:
    there = {file.stem for file in MODULES} - {"__init__"} | {"host/"}
    assert sorted(table()) == sorted(there), "the table in CONTRIBUTING.md"


def test_arrows_point_down_the_table() -> None:
    """A module imports what stands below it, or to its right; of the host only two, but inside."""
    order = {name: place for place, name in enumerate(table())}
    wrong = []
    for file in MODULES:
        for name in imports_of(file):
            if name.startswith("host."):
                down = file.stem == "inside" or name in ("host.frames", "host.stacks")
            else:
                down = order.get(file.stem, 0) < order.get(name, len(order))
            wrong += [] if down else [f"{file.stem} imports {name}"]
    assert wrong == []


@pytest.mark.parametrize("file", HOST, ids=lambda file: file.stem)
def test_the_host_imports_nothing_of_the_checks(file: Path) -> None:
    assert all(name.startswith("host.") for name in imports_of(file))


LISTENS = """
import json, os, sys

def pytest_unconfigure():
    with open(os.environ["HEARD"], "w") as heard:
        json.dump(sorted(sys.modules), heard)
"""


@pytest.mark.parametrize(
    ("done", "asked"), [("01.4", "lessons/01"), ("07.5", "lessons/07_tests -k lifespan")]
)
def test_the_process_that_decides_imports_no_framework_and_no_learners_code(
    tmp_path: Path, done: str, asked: str
) -> None:
    rehearsal = Rehearsal(tmp_path / "course")
    rehearsal.reset(done, lesson=find(done[:2], rehearsal.folder))
    (tmp_path / "listens.py").write_text(LISTENS, "utf-8")
    variables = {"PYTHONPATH": f"{tmp_path}:{rehearsal.folder}", "HEARD": str(tmp_path / "heard")}
    ran = rehearsal.run(f"pytest -p listens {asked}", variables=variables)
    assert ran.status == 0, ran.printed + ran.complained
    loaded = json.loads((tmp_path / "heard").read_text("utf-8"))
    assert "workshop.grading" in loaded
    frameworks = {"fastapi", "starlette", "sqlalchemy", "uvicorn", "todo_api", "conftest"}
    assert frameworks & {name.partition(".")[0] for name in loaded} == set()


def checks_of(lesson: Lesson) -> dict[str, Any]:
    """A lesson's checks by their names."""
    spec = importlib.util.spec_from_file_location(f"checks_of_{lesson.number}", lesson.checks)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: check for name, check in vars(module).items() if marked(check)}


@each_lesson
def test_each_task_has_checks_each_with_a_promise_and_a_why_of_one_line(lesson: Lesson) -> None:
    checks = checks_of(lesson)
    tasks = {f"{lesson.number}.{check.marked.task}" for check in checks.values()}
    assert tasks == {task.number for task in lesson.tasks}
    for name, check in checks.items():
        promise, why = promise_of(check)
        assert 0 < len(promise) <= ROOM, f"{name}: the promise has {len(promise)} characters"
        assert 0 < len(why) <= ROOM, f"{name}: the why has {len(why)} characters"


@each_lesson
def test_at_most_five_checks_last(lesson: Lesson) -> None:
    lasting = [name for name, check in checks_of(lesson).items() if check.marked.lasting]
    least = lesson.holds == API  # what else a lesson holds, no later one carries on
    assert least <= len(lasting) <= 5, lasting


@each_lesson
def test_each_task_has_three_hints(lesson: Lesson) -> None:
    for task in lesson.tasks:
        assert len(task.hints) == 3
        assert all(hint.strip() for hint in task.hints), task.number


def regions_of(lesson: Lesson) -> list[Region]:
    """All that a learner writes in a lesson."""
    files = sorted(lesson.reference.rglob("*.py"))
    return [one for file in files for one in regions.regions(file.read_text("utf-8"))]


BUDGETS = {"07": (25, 100)}
"""Lines that a task and a lesson may ask for, where it isn't 15 and 55."""


@each_lesson
def test_what_a_learner_writes_is_within_the_budget(lesson: Lesson) -> None:
    a_task, a_lesson = BUDGETS.get(lesson.number, (15, 55))
    lines = {task.number: 0 for task in lesson.tasks}
    for region in regions_of(lesson):
        lines[region.task] += sum(bool(line.strip()) for line in region.written)
        shown = [line for line in region.body if regions.STARTS_AS.match(line)]
        assert len(shown) <= 8, f"{region.what}: the starter is given {len(shown)} lines"
    assert all(lines.values()), lines
    assert max(lines.values()) <= a_task, lines
    assert sum(lines.values()) <= a_lesson, lines


HEADINGS = [
    "The request",
    "The idea",
    "Try it",
    "Tasks",
    "Why it works",
    "You will read",
    "Next",
]


@each_lesson
def test_a_chapter_has_its_headings_and_its_tasks(lesson: Lesson) -> None:
    text = lesson.chapter.read_text("utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    numbers = re.findall(r"^### (\d\d\.\d)\b", text, re.MULTILINE)
    assert numbers == [task.number for task in lesson.tasks]


@each_lesson
def test_a_chapter_is_read_in_a_few_minutes(lesson: Lesson) -> None:
    """At most 900 words, without what stands in blocks."""
    text = lesson.chapter.read_text("utf-8")
    prose = re.sub(r"^```.*?^```$|<!--.*?-->", "", text, flags=re.MULTILINE | re.DOTALL)
    assert len(prose.split()) <= 900
    assert 45 <= lesson.minutes <= 90


MISTAKES = {"03": 16}
"""How many mistakes a lesson must know, where it isn't ten."""


@each_lesson
def test_a_lesson_knows_its_mistakes_and_other_right_answers(lesson: Lesson) -> None:
    mistakes = ROOT / f"tests/mistakes/{lesson.number}.toml"
    if not mistakes.exists():
        pytest.skip("none is written yet")
    alternatives = ROOT / f"tests/alternatives/{lesson.number}.toml"
    for file, kind, least in (
        (mistakes, "mistake", MISTAKES.get(lesson.number, 10)),
        (alternatives, "alternative", 3),
    ):
        names = [variant.name for variant in proof.variants(file, kind)]
        assert len(names) >= least, kind
        assert len(names) == len(set(names)), kind
    checks = checks_of(lesson)
    for mistake in proof.variants(mistakes, "mistake"):
        assert mistake.check in checks, f"{mistake.name}: there is no check {mistake.check}"


def test_the_readme_has_the_lessons_with_their_titles_and_minutes() -> None:
    rows = re.findall(
        r"^\| \[(.+)\]\(lessons/(\w+)/README\.md\) \|.*?\| (\d+) \|",
        (ROOT / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    known = {
        one.name: (f"{one.number} {one.title}", one.name, str(one.minutes)) for one in lessons()
    }
    assert rows
    assert rows == [known[name] for _, name, _ in rows]
