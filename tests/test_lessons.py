"""Every promise of the course, for every lesson: starters, the way, solutions, right and wrong."""

from pathlib import Path

import pytest

from workshop import build, proof
from workshop.bench import Bench
from workshop.course import Lesson, lessons

HERE = Path(__file__).parent
LESSONS = lessons()
APIS = [lesson for lesson in LESSONS if lesson.holds == "todo_api"]

# A learner's tests are run on twenty APIs and more, so most points of that way take long to prove.
LONG = {("07", place) for place in (1, 2, 3, 4)}
POINTS = [
    pytest.param(
        lesson,
        place,
        marks=[pytest.mark.thorough] if (lesson.number, place) in LONG else [],
        id=f"{lesson.number}-{place}",
    )
    for lesson in LESSONS
    for place in range(len(lesson.tasks))
]
MISTAKES = [
    (lesson, mistake)
    for lesson in LESSONS
    for mistake in proof.variants(HERE / f"mistakes/{lesson.number}.toml", "mistake")
]
ALTERNATIVES = [
    (lesson, alternative)
    for lesson in LESSONS
    for alternative in proof.variants(HERE / f"alternatives/{lesson.number}.toml", "alternative")
]


OWN = "not still_working and not same_as_reference"


def name(value: object) -> str:
    return value.number if isinstance(value, Lesson) else str(value).replace(" ", "-")


@pytest.mark.parametrize(("lesson", "place"), POINTS)
def test_with_the_first_tasks_done_the_rest_waits_for_its_own_reasons(
    lesson: Lesson, place: int, bench: Bench, tmp_path: Path
) -> None:
    """Place 0 is the untouched starter; at place 2 the first two tasks are done."""
    done = f"{lesson.number}.{place}"
    build.write(build.solved_up_to(lesson, done), tmp_path, lesson.holds)
    graded = proof.grade(lesson, tmp_path, bench, gates=False)
    for task in lesson.tasks:
        failure = graded.run.failed.get(task.number)
        if task.number <= done:
            assert failure is None, graded.printed
        else:
            assert failure is not None, f"{task.number} passes before it is written"
            assert not failure.starting, graded.printed
            assert not failure.overdue, graded.printed
            assert failure.not_started, graded.printed


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_the_solution_passes_and_nothing_in_it_warns(lesson: Lesson, bench: Bench) -> None:
    graded = proof.grade(lesson, lesson.solution, bench)
    assert graded.status == 0, graded.printed
    assert graded.warned == []


@pytest.mark.parametrize(
    "lesson",
    [
        *(pytest.param(lesson, marks=pytest.mark.thorough) for lesson in APIS[1:-1]),
        pytest.param(APIS[-1], marks=pytest.mark.slow),
    ],
    ids=name,
)
def test_the_solution_keeps_every_promise_of_the_lessons_before(
    lesson: Lesson, bench: Bench
) -> None:
    """A learner's run asks the lasting ones only."""
    graded = proof.grade(lesson, lesson.solution, bench, "-k", "still_working", every=True)
    assert graded.status == 0, graded.printed
    assert graded.warned == []


@pytest.mark.parametrize(("lesson", "mistake"), MISTAKES, ids=name)
def test_a_mistake_is_caught_by_its_own_check_in_its_own_words(
    lesson: Lesson, mistake: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    """First of its task's checks; that no earlier task's check fails takes longer to see."""
    proof.write(lesson, mistake, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-x", beside=mistake.check)
    caught(mistake, graded, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize(("lesson", "mistake"), MISTAKES, ids=name)
def test_no_other_check_catches_a_mistake_before(
    lesson: Lesson, mistake: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, mistake, tmp_path)
    caught(mistake, proof.grade(lesson, tmp_path, bench), tmp_path)


def caught(mistake: proof.Variant, graded: proof.Graded, folder: Path) -> None:
    assert graded.run.failure is not None, "no check caught it"
    assert graded.run.failure.check == mistake.check, graded.printed
    assert mistake.says in graded.block, graded.block
    assert len(graded.block.splitlines()) <= 12, graded.block
    assert len(graded.printed.splitlines()) <= 24, graded.printed
    assert max(map(len, graded.printed.splitlines())) <= 100 + len(str(folder)), graded.printed


@pytest.mark.parametrize(("lesson", "alternative"), ALTERNATIVES, ids=name)
def test_a_right_answer_that_looks_different_passes(
    lesson: Lesson, alternative: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    """The comparison with the reference, 200 sequences long, is test_oracle's."""
    proof.write(lesson, alternative, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-k", OWN)
    assert graded.status == 0, graded.printed
    assert graded.warned == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lesson", "alternative"), [one for one in ALTERNATIVES if one[0] != LESSONS[0]], ids=name
)
def test_it_keeps_what_the_lessons_before_it_promised(
    lesson: Lesson, alternative: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, alternative, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-k", "still_working")
    assert graded.status == 0, graded.printed


def test_where_the_marks_are_gone_a_tasks_function_is_named(bench: Bench, tmp_path: Path) -> None:
    """The route that was asked is given, and right: what is wrong stands in the task's own file."""
    lesson, mistake = next(one for one in MISTAKES if str(one[1]) == "a number as sub")
    proof.write(lesson, mistake, tmp_path)
    for file in (tmp_path / "todo_api").rglob("*.py"):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = [one for one in lines if not one.strip().startswith(("# TODO 0", "# end 0"))]
        file.write_text("".join(kept), "utf-8")
    graded = proof.grade(lesson, tmp_path, bench, "-x", beside=mistake.check)
    assert mistake.says in graded.block, graded.block
    assert graded.run.failure is not None
    assert graded.run.failure.line is not None
    assert graded.run.failure.line["source"].startswith("def create_token(")
    assert "change security.py" in graded.printed, graded.printed


def test_a_place_that_is_not_written_yet_is_named(bench: Bench, tmp_path: Path) -> None:
    """Half of a task breaks what worked before it: neither that one's place nor its why helps."""
    lesson = next(one for one in LESSONS if one.number == "06")
    files = build.solved_up_to(lesson, "06.2")
    files["events.py"] = build.solved_up_to(lesson, "06.3")["events.py"]
    build.write(files, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-x")
    assert "Task 06.3 is half written" in graded.block, graded.block
    assert "change routes/sockets.py" in graded.printed, graded.printed


@pytest.mark.parametrize(
    "wrong", ["the app called after the refusal all the same", "a body with a status that has none"]
)
def test_what_the_server_refuses_to_send_is_no_outer_layers(
    wrong: str, bench: Bench, tmp_path: Path
) -> None:
    """It passes through all of them: that one raised it last says nothing."""
    lesson, mistake = next(one for one in MISTAKES if str(one[1]) == wrong)
    proof.write(lesson, mistake, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-x", beside=mistake.check)
    assert graded.run.failure is not None
    assert graded.run.failure.line is not None
    assert graded.run.failure.line["source"] != "await send(message)", graded.block


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_starters_and_unchanged_files_are_what_build_writes(lesson: Lesson) -> None:
    if build.begun(lesson):
        pytest.skip(f"your work on lesson {lesson.number} is in the way; its copies are kept")
    assert build.drift(lesson) == []
