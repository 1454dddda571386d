"""What a learner sees, byte for byte: a file in `transcripts/` is what the real command prints.

Everything runs in a copy of the course, in a folder whose name has spaces. After a change that
makes a report easier to read: WORKSHOP_WRITE=1 pytest tests/test_transcripts.py writes the files
anew; read the difference before you commit it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from workshop.course import find, lessons
from workshop.proof import Change
from workshop.rehearsal import Ran, Rehearsal

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@dataclass(frozen=True)
class Case:
    """A command, the state of a lesson in which it is given, and how it must end."""

    name: str
    status: int = 1
    done: str = "01.0"
    changes: tuple[Change, ...] = ()
    command: str = "pytest lessons/01"
    within: str = "."
    variables: dict[str, str] = field(default_factory=dict)
    lacks: str = ""

    @property
    def typed(self) -> str:
        """The line after which the output stands in the file."""
        steps = [f"cd {self.within}"] if self.within != "." else []
        settings = [f"{name}={value}" for name, value in self.variables.items()]
        return "$ " + " && ".join([*steps, " ".join([*settings, self.command])]) + "\n"


def fetching(code: str, imports: str = "") -> Change:
    return Change("upstreams.py", task="01.1", code=code, imports=imports)


def opening(code: str) -> Change:
    return Change("database.py", task="01.2", code=code)


def creating(code: str) -> Change:
    return Change("routes/todos.py", task="01.3", code=code)


def instead(file: str, old: str, new: str) -> Change:
    return Change(file, old=old, new=new)


NOT_DISPOSED = opening("""
engine = create_async_engine(url)
if engine.dialect.name == "sqlite":
    await create_tables(engine)
yield async_sessionmaker(engine, expire_on_commit=False)
""")
ONE_ENGINE_FOR_ALL = instead(
    "database.py",
    "    engine = create_async_engine(url)\n    try:",
    "    engine = ENGINES.setdefault(1, create_async_engine(url))\n    try:",
)
ENGINES = instead("database.py", "Sessions = async", "ENGINES: dict = {}\nSessions = async")
STATUS_200 = instead("routes/todos.py", '"", status_code=201, ', '"", ')
NO_NOTES = instead("schemas.py", "    notes: str | None\n", "")
RAISES = creating("""
print("keeping", body.title)
async with request.state.sessions() as session:
    session.add(todo)
    await session.commit()
    print("kept", body.model_dump()["name"])
""")
FORGOTTEN_AWAIT = creating("""
async with request.state.sessions() as session:
    session.add(todo)
    session.commit()
""")
BREAKPOINT = creating("""
async with request.state.sessions() as session:
    session.add(todo)
    breakpoint()
    await session.commit()
""")
POLL = fetching(
    """
box: list[Any] = []
threading.Thread(target=lambda: box.append(httpx.get(url).json())).start()
while not box:
    time.sleep(0.05)
return box[0]
""",
    "import threading\nimport time",
)
PRINTS = instead("routes/todos.py", "    todo = Todo(", '    print("für Zoë …")\n    todo = Todo(')
UNCLOSED = instead("routes/todos.py", "Todo(**body.model_dump())", "Todo(**body.model_dump()")
NO_SUCH_NAME = instead("main.py", "Sessions, open_database", "Sessions, open_databse")
NO_SUCH_MODULE = instead("main.py", "import httpx\n", "import htpx\n")
OTHER_NAME = instead("main.py", "def create_app(", "def make_app(")

CASES = [
    Case("01 untouched starter"),
    Case("02 engine not disposed of", done="01.2", changes=(NOT_DISPOSED,)),
    Case("03 wrong status", done="01.3", changes=(STATUS_200,)),
    Case("04a missing field", done="01.3", changes=(NO_NOTES,)),
    Case("04b wrong value", done="01.2", changes=(ENGINES, ONE_ENGINE_FOR_ALL)),
    Case("05 exception in the handler", done="01.3", changes=(RAISES,)),
    Case("06 forgotten await", done="01.3", changes=(FORGOTTEN_AWAIT,)),
    Case("07 syntax error", done="01.3", changes=(UNCLOSED,)),
    Case("08a import error", done="01.3", changes=(NO_SUCH_NAME,)),
    Case("08b name that the checks need", done="01.3", changes=(OTHER_NAME,)),
    Case("08c module that is not there", done="01.3", changes=(NO_SUCH_MODULE,)),
    Case("08d file that is not there", done="01.3", lacks="routes/health.py"),
    Case("09 loop held", changes=(POLL,)),
    Case("11 all done", 0, done="01.4"),
    Case("11 solution", 0, command="pytest lessons/01 --solution"),
    Case("12 process ended", changes=(fetching("os._exit(3)", "import os"),)),
    Case("13 breakpoint", done="01.2", changes=(BREAKPOINT,)),
    Case("14 no such lesson", 4, command="pytest lessons/99"),
    Case(
        "15 ascii",
        done="01.3",
        changes=(STATUS_200, PRINTS),
        variables={"PYTHONIOENCODING": "ascii"},
    ),
    Case("16 by name", done="01.1", command="pytest lessons/01 -k ready"),
    Case("16 by name and done", 0, done="01.1", command="pytest lessons/01 -k is_passed_on"),
    Case("16 node id", command="pytest lessons/01_async/test_async.py::a_silent_one_is_null"),
    Case("16 no such name", 5, command="pytest lessons/01 -k nothing_of_that_name"),
    Case("17 workers", command="pytest lessons/01 -n 2"),
    Case("18 inside the lesson", within="lessons/01_async", command="pytest"),
    Case("18 elsewhere in the course", within="solutions", command="pytest lessons/01"),
    Case("19 code elsewhere", command="pytest lessons/01 --code 'my code'"),
    Case("19 folder without a todo_api", 4, command="pytest lessons/01 --code solutions"),
    Case("20 not by itself", 4, command="pytest lessons/01 tests"),
    Case("22 tests half way", done="07.2", command="pytest lessons/07"),
    Case("22 tests that notice all", 0, done="07.5", command="pytest lessons/07"),
]


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    rehearsal = Rehearsal(tmp_path_factory.mktemp("transcripts") / "a copy of the course")
    shutil.copytree(rehearsal.lesson.folder / "todo_api", rehearsal.folder / "my code/todo_api")
    return rehearsal


# A new lesson changes no transcript.
LATER_LESSONS = re.compile(
    r"(?<=^  expected   01 async,) .*?(?=\n  list )", re.MULTILINE | re.DOTALL
)


def golden(name: str, typed: str, ran: Ran) -> None:
    """Compare what was printed with the file of that name, or write it."""
    file = TRANSCRIPTS / f"{name.replace(' ', '-')}.txt"
    found = typed + LATER_LESSONS.sub(" …", ran.printed)
    if os.environ.get("WORKSHOP_WRITE"):
        file.write_bytes(found.encode())
    assert file.exists(), f"there is no {file.name}; WORKSHOP_WRITE=1 writes it:\n{found}"
    assert found == file.read_bytes().decode()


NEVER_SHOWN = {
    "a word of the machinery": r"\b(host|probe|oracle|region|fixture|plugin|gate|endpoint)s?\b",
    "what a test framework says": r"\bassert|\bE  |Traceback|Warning|::|site-packages",
    "seconds": r"\b\d+(\.\d+)? ?(s|ms|seconds?)\b",
    "a port": r"127\.0\.0\.1|localhost|:\d{4}",
    "a temporary path": r"/tmp|/var|pytest-of|a copy of the course",
}


def follows_the_rules(printed: str) -> None:
    """The rules of the report that can be counted, for one report."""
    lines = printed.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100
    assert lines[-1].startswith("next ")
    for block in printed.split("\n\n")[1:-1]:
        assert len(block.splitlines()) <= 12
    for title in [task.title for lesson in lessons() for task in lesson.tasks]:
        printed = printed.replace(title, "")  # lesson 07 is about fixtures
    for what, pattern in NEVER_SHOWN.items():
        found = re.search(pattern, printed)
        assert found is None, f"{what} is shown: {found[0]}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_what_is_printed(case: Case, rehearsal: Rehearsal) -> None:
    rehearsal.reset(case.done, case.changes, find(case.done[:2], rehearsal.folder))
    if case.lacks:
        (rehearsal.lesson.folder / "todo_api" / case.lacks).unlink()
    ran = rehearsal.run(case.command, case.within, case.variables)
    assert ran.complained == ""
    golden(case.name, case.typed, ran)
    follows_the_rules(ran.printed)
    assert ran.status == case.status


@pytest.fixture
def committed(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """The copy as a git repository in which everything is committed."""
    rehearsal.reset("01.0")
    checks = rehearsal.lesson.checks.read_bytes()
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "the course"]):
        who = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", *who, *command], cwd=rehearsal.folder, check=True)
    yield rehearsal
    shutil.rmtree(rehearsal.folder / ".git")
    rehearsal.lesson.checks.write_bytes(checks)


@pytest.mark.parametrize(
    ("name", "status", "old", "new"),
    [
        ("21 checks as they were", 1, "", ""),
        ("21 checks changed", 1, "status == 201", "status == 200"),
        ("21 checks that cannot be read", 2, "def a_held_upstream", "def a held upstream"),
    ],
)
def test_checks_that_differ_from_the_committed_ones_are_told(
    name: str, status: int, old: str, new: str, committed: Rehearsal
) -> None:
    checks = committed.lesson.checks
    checks.write_text(checks.read_text("utf-8").replace(old, new), "utf-8")
    ran = committed.run("pytest lessons/01")
    assert ran.complained == ""
    golden(name, "$ pytest lessons/01\n", ran)
    follows_the_rules(ran.printed)
    assert ran.status == status


@pytest.mark.skipif(len(lessons()) < 2, reason="there is only one lesson yet")
def test_two_lessons_are_told_one_after_the_other(rehearsal: Rehearsal) -> None:
    rehearsal.reset("01.0")
    ran = rehearsal.run("pytest lessons/01 lessons/02")
    assert ran.complained == ""
    first, second = re.split(r"\n\n(?=Lesson 02)", ran.printed)
    assert first.startswith("Lesson 01, async, on lessons/01_async/todo_api: ready to begin\n")
    assert first.endswith("then run: pytest lessons/01")
    assert second.startswith("Lesson 02, ")
    for report in (first, second):
        follows_the_rules(report)
    assert ran.status == 1


def test_no_transcript_is_left_over() -> None:
    names = {case.name for case in CASES} | {
        "21 checks as they were",
        "21 checks changed",
        "21 checks that cannot be read",
    }
    files = {file.stem.replace("-", " ") for file in TRANSCRIPTS.glob("*.txt")}
    assert files == names
