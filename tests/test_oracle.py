"""The comparison with the reference: silent on what is right, and short on what is not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop import oracle, proof
from workshop.course import Lesson, lessons
from workshop.seen import Unmet
from workshop.stage import Bench, Stage

HERE = Path(__file__).parent
LESSONS = {lesson.number: lesson for lesson in lessons() if lesson.promise}
QUICK, LONG = 20, 200


def read(kind: str) -> list[tuple[Lesson, proof.Variant, str]]:
    """The changes in differences/`kind`.toml: lesson, change, and what is printed of it."""
    told = tomllib.loads((HERE / f"differences/{kind}.toml").read_text(encoding="utf-8"))
    found = []
    for one in told[kind]:
        changes = tuple(proof.Change(**change) for change in one["change"])
        variant = proof.Variant(one["name"], changes)
        printed = one.get("printed", "").strip("\n")
        found += [(LESSONS[number], variant, printed) for number in one["lessons"]]
    return found


ALLOWED = [(lesson, variant) for lesson, variant, _ in read("allowed")]


def name(value: object) -> str:
    return value.number if isinstance(value, Lesson) else str(value).replace(" ", "-")


@dataclass(frozen=True)
class Compared:
    """How a comparison ended: what differs, if anything, and the requests that show it."""

    unmet: Unmet | None
    sent: list[str]


def compared(
    bench: Bench, lesson: Lesson, code: Path, count: int = QUICK, seed: int = 0
) -> Compared:
    """Compare a folder that holds a `todo_api` with a lesson's reference."""
    logs_in = lesson.number >= "03"
    yours = Stage(bench, lesson, code, logs_in=logs_in)
    reference = Stage(bench.beside(), lesson, lesson.solution, logs_in=logs_in)
    try:
        oracle.compare(lesson, yours, reference, count, seed)
    except Unmet as unmet:
        sent = [text for label, text in yours.scene.shown() if label.startswith("sent")]
        return Compared(unmet, sent)
    finally:
        reference.close()
    return Compared(None, [])


def silent(bench: Bench, lesson: Lesson, code: Path, count: int = QUICK, seed: int = 0) -> None:
    found = compared(bench, lesson, code, count, seed)
    assert found.unmet is None, "\n".join([*found.sent, str(found.unmet)])


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("lesson", LESSONS.values(), ids=name)
def test_a_reference_is_the_same_as_itself(lesson: Lesson, seed: int, bench: Bench) -> None:
    silent(bench, lesson, lesson.solution, seed=seed)


@pytest.mark.parametrize(("lesson", "allowed"), ALLOWED, ids=name)
def test_right_answers_may_differ(
    lesson: Lesson, allowed: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, allowed, tmp_path)
    silent(bench, lesson, tmp_path)


def essence(block: str) -> str:
    """A block from its first request to what was expected, without the answer."""
    kept: list[str] = []
    label = ""
    for line in block.splitlines()[1:]:
        label = line[:13].strip() or label
        if label == "why":
            break
        if not label.startswith("answer"):
            kept.append(line)
    return "\n".join(kept)


FOUND = read("found")


@pytest.mark.parametrize(("lesson", "mistake", "printed"), FOUND, ids=name)
def test_what_no_check_catches_is_found(
    lesson: Lesson, mistake: proof.Variant, printed: str, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, mistake, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-k", "not still_working")
    failure = graded.run.failure
    assert failure is not None, "neither a check nor the comparison finds it"
    by_a_check = f"the check {failure.check} catches it by now: give this test another change"
    assert list(graded.run.failed) == [f"{lesson.number}.then"], by_a_check
    assert printed in essence(graded.block), graded.block
    assert len(graded.block.splitlines()) <= 12, graded.block
