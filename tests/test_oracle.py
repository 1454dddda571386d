"""The comparison with the reference: silent on what is right, and short on what is not."""

import itertools
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop import oracle, proof
from workshop.bench import Bench
from workshop.cards import PILES, Step
from workshop.course import ROOT, Lesson, lessons
from workshop.seen import Unmet
from workshop.stage import Stage
from workshop.steps import LENGTH, Dealer, shorter

HERE = Path(__file__).parent
LESSONS = {lesson.number: lesson for lesson in lessons() if lesson.promise}
QUICK, LONG = 20, 200
OWN = "not still_working and not same_as_reference"


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
ALTERNATIVES = [
    (lesson, alternative)
    for lesson in LESSONS.values()
    for alternative in proof.variants(HERE / f"alternatives/{lesson.number}.toml", "alternative")
]
FOUND = read("found")


def name(value: object) -> str:
    if isinstance(value, str):
        return ""  # what is printed would be a long name
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


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(2, 6))]
)
@pytest.mark.parametrize("lesson", LESSONS.values(), ids=name)
def test_a_reference_is_the_same_as_itself(lesson: Lesson, seed: int, bench: Bench) -> None:
    silent(bench, lesson, lesson.solution, seed=seed)


@pytest.mark.parametrize(("lesson", "allowed"), ALLOWED, ids=name)
def test_right_answers_may_differ(
    lesson: Lesson, allowed: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, allowed, tmp_path)
    silent(bench, lesson, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize(("lesson", "alternative"), ALTERNATIVES, ids=name)
def test_an_alternative_is_the_same_in_two_hundred_sequences(
    lesson: Lesson, alternative: proof.Variant, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, alternative, tmp_path)
    silent(bench, lesson, tmp_path, LONG)


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


@pytest.mark.parametrize(("lesson", "mistake", "printed"), FOUND, ids=name)
def test_what_no_check_catches_is_found(
    lesson: Lesson, mistake: proof.Variant, printed: str, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, mistake, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-k", "same_as_reference")
    assert graded.run.failure is not None, "the comparison doesn't find it"
    assert essence(graded.block) == printed, graded.block
    assert len(graded.block.splitlines()) <= 12, graded.block


@pytest.mark.thorough
@pytest.mark.parametrize(("lesson", "mistake", "printed"), FOUND, ids=name)
def test_no_check_catches_it(
    lesson: Lesson, mistake: proof.Variant, printed: str, bench: Bench, tmp_path: Path
) -> None:
    proof.write(lesson, mistake, tmp_path)
    graded = proof.grade(lesson, tmp_path, bench, "-k", OWN)
    assert graded.status == 0, f"a check does by now: give this test another change, not {printed}"


def changed(lesson: Lesson, folder: Path, file: str, old: str, new: str, imports: str = "") -> None:
    """Write the reference with one change."""
    change = proof.Change(file=file, old=old, new=new, imports=imports)
    proof.write(lesson, proof.Variant("a change", (change,)), folder)


def test_the_shortest_sequence_is_shown(bench: Bench, tmp_path: Path) -> None:
    """It takes three todos and a list to see that this total never counts beyond two."""
    total = '"total": total,'
    changed(LESSONS["02"], tmp_path, "routes/todos.py", total, '"total": min(total, 2),')
    found = compared(bench, LESSONS["02"], tmp_path)
    assert str(found.unmet) == "total: 2; expected total: 3"
    make = 'POST /api/v1/todos {"title": "Buy milk"}'
    assert found.sent == [make, make, make, "GET /api/v1/todos"]


LIVE = '    return {"status": "live"}'
ONCE = """
    mark = Path(__file__).with_name("differed")
    if mark.exists():
        return {"status": "live"}
    mark.touch()
    return {"status": "not yet"}
"""
TIRED = """
    TIMES.append(1)
    return {"status": "live" if len(TIMES) < 3 else "tired"}
"""


def test_what_differs_only_once_is_not_believed(bench: Bench, tmp_path: Path) -> None:
    changed(LESSONS["01"], tmp_path, "routes/health.py", LIVE, ONCE, "from pathlib import Path")
    silent(bench, LESSONS["01"], tmp_path)
    assert (tmp_path / "todo_api/routes/differed").exists(), "it never differed"


def test_what_is_not_believed_hides_nothing_else(bench: Bench, tmp_path: Path) -> None:
    """One difference is gone with a fresh app, another is not."""
    changed(LESSONS["01"], tmp_path, "routes/health.py", LIVE, TIRED, "TIMES: list[int] = []")
    upstreams = tmp_path / "todo_api/upstreams.py"
    source = upstreams.read_text("utf-8")
    upstreams.write_text(source.replace("task.result() for", "task.result() or None for"), "utf-8")
    found = compared(bench, LESSONS["01"], tmp_path)
    assert str(found.unmet) == "news: null; expected news: []"
    assert found.sent == ["GET /api/v1/dashboard"]


NEVER = {
    "dies": ("the app's process ended, with exit code 7", "os._exit(7)", "import os"),
    "waits": ("no answer", "await asyncio.sleep(60)", "import asyncio"),
    "holds": ("no answer", "time.sleep(60)", "import time"),
}


@pytest.mark.parametrize(("got", "code", "imports"), NEVER.values(), ids=NEVER.keys())
def test_an_answer_that_never_comes_is_told_and_not_shrunk(
    got: str,
    code: str,
    imports: str,
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filters = "    filters = wanted.model_dump("
    stops = f"    if wanted.size == 1:\n        {code}\n{filters}"
    changed(LESSONS["02"], tmp_path, "routes/todos.py", filters, stops, imports)

    def shrink(*_: Any) -> Any:
        raise AssertionError("each try of a shorter one would wait for its deadline")

    monkeypatch.setattr(oracle, "shorter", shrink)
    found = compared(bench, LESSONS["02"], tmp_path)
    assert found.unmet is not None
    assert found.unmet.got == got
    assert found.unmet.line is not None
    assert code in found.unmet.line["source"]
    assert "size=1" in found.sent[-1]
    assert len(found.sent) <= LENGTH


def test_it_says_how_far_it_has_come(bench: Bench) -> None:
    lesson = LESSONS["01"]
    yours, reference = (
        Stage(one, lesson, lesson.solution, logs_in=False) for one in (bench, bench.beside())
    )
    told: list[str] = []
    oracle.compare(lesson, yours, reference, 3, tell=told.append)
    reference.close()
    assert told == ["comparing: 1 of 3", "comparing: 2 of 3", "comparing: 3 of 3"]


PEOPLE = ["ada", "bob"]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=name)
def test_sequences_are_short_and_the_same_on_every_run(lesson: Lesson) -> None:
    first, second = (Dealer(lesson.promise, PEOPLE, 7).sequences(LONG) for _ in range(2))
    for sequence, again in zip(first, second, strict=True):
        assert sequence == again
        assert 1 <= len(sequence) <= LENGTH


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=name)
def test_every_request_of_a_lessons_piles_is_sent(lesson: Lesson) -> None:
    """In 200 sequences all of them; in 20 nearly all that the lesson brings."""

    def asked(step: Step) -> tuple[object, ...]:
        return step.kind, str(step.body), step.query, step.how, step.size

    def missing(piles: list[str], count: int) -> list[tuple[str, Step]]:
        sequences = Dealer(lesson.promise, PEOPLE, 0).sequences(count)
        dealt = {asked(step) for sequence in sequences for step in sequence}
        steps = [(pile, step) for pile in piles for step in itertools.chain(*PILES[pile])]
        return [(pile, step) for pile, step in steps if asked(step) not in dealt]

    brings, also = lesson.promise["sends"], lesson.promise.get("also", [])
    assert missing(brings + also, LONG) == []
    assert len(missing(brings, QUICK)) <= sum(len(PILES[pile]) for pile in brings) // 10


def test_a_lesson_sends_what_the_one_before_it_sends() -> None:
    before: set[str] = set()
    for lesson in LESSONS.values():
        sent = {*lesson.promise["sends"], *lesson.promise.get("also", [])}
        assert before <= sent <= set(PILES)
        before = sent


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=LENGTH), st.data())
@settings(database=None, deadline=None)
def test_nothing_shorter_would_differ(kinds: list[str], data: st.DataObject) -> None:
    """Where it takes certain requests in their order, they are what is left."""
    places = data.draw(st.sets(st.sampled_from(range(len(kinds))), min_size=1))
    wanted = [kinds[place] for place in sorted(places)]

    def differs(steps: list[Step]) -> list[Step] | None:
        left = list(wanted)
        for place, step in enumerate(steps, 1):
            if step.kind == left[0]:
                left.pop(0)
            if not left:
                return steps[:place]
        return None

    start = differs([Step(kind, who="") for kind in kinds])
    assert start is not None
    *_, last = [start, *shorter(start, [""], differs)]
    assert [step.kind for step in last] == wanted


@pytest.mark.thorough
def test_fifty_runs_with_other_seeds_under_load() -> None:
    """Four at once, each a reference against itself: none finds a difference."""
    script = ROOT / "benchmarks/comparison.py"
    ran = subprocess.run(
        [sys.executable, str(script), "--runs", "50", "--at-once", "4"],
        capture_output=True,
        encoding="utf-8",
        timeout=1200,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
