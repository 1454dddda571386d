"""The `workshop` command as someone new uses it, and uses it wrongly."""

import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workshop import asked, authors, cli, copies, learner, reference, reset, state, words
from workshop.asked import NOT_YET, USED_WRONGLY
from workshop.course import Lesson, Task, lessons
from workshop.rehearsal import Ran, Rehearsal

COMMANDS = [
    "status",
    "hint",
    "show",
    "diff",
    "reset",
    "undo",
    "copies",
    "watch",
    "serve",
    "doctor",
    "update",
    "build",
    "pages",
    "figures",
    "new",
]
MINE = """    answer = await client.get(url)
    answer.raise_for_status()
    return answer.json()
"""


Give = Callable[..., str]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return Rehearsal(tmp_path_factory.mktemp("command") / "a copy of the course")


@pytest.fixture
def fresh(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """The copy with nothing begun in it, and nothing remembered."""
    rehearsal.reset("01.0")
    yield rehearsal
    folder = rehearsal.folder / ".workshop"
    if folder.exists():
        folder.rename(rehearsal.folder.with_name(f"used {time.monotonic_ns()}"))


@pytest.fixture
def give(
    fresh: Rehearsal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Give:
    """Give a command to the copy, in this process: what it says, if it ends as it should."""
    monkeypatch.chdir(fresh.folder)
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    for module in (asked, authors, cli, learner):
        monkeypatch.setattr(module, "ROOT", fresh.folder)

    def give(command: str, status: int = 0, typed: str = "") -> str:
        monkeypatch.setattr(sys, "argv", ["workshop", *command.split()])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = "".join(capsys.readouterr())
        assert (ended.value.code or 0) == status, said
        return said

    return give


def source(rehearsal: Rehearsal, file: str = "upstreams.py") -> Path:
    return rehearsal.lesson.folder / "todo_api" / file


def write_first_task(rehearsal: Rehearsal) -> bytes:
    """Task 01.1, right but not as the reference has it."""
    file = source(rehearsal)
    text = file.read_text("utf-8")
    file.write_text(text.replace('    raise NotImplementedError("01.1")\n', MINE), "utf-8")
    return file.read_bytes()


def found_done(rehearsal: Rehearsal, *done: str) -> None:
    """As if a run had found these tasks done in the files as they are."""
    lesson = rehearsal.lesson
    files = copies.mine(lesson)
    copies.keep(lesson, copies.RUN, files)
    tasks = {task.number: words.DONE for task in lesson.tasks if task.number in done}
    remembered = state.load(lesson.root)
    when = "2026-01-01T00:00:00+00:00"
    remembered.tried["01"] = state.Tried(when, copies.digest(files), False, tasks)
    state.save(lesson.root, remembered)


def ran(rehearsal: Rehearsal, command: str, status: int) -> Ran:
    """A command in a process of its own."""
    ran = rehearsal.run(command)
    assert ran.status == status, ran
    return ran


# How it is asked.


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    told = CliRunner().invoke(cli.app, [name, "--help"])
    assert told.exit_code == 0
    assert f"Example: {words.prefix()}workshop {name}" in told.output
    assert told.output.isascii()


def test_the_help_lists_every_command() -> None:
    told = CliRunner().invoke(cli.app, ["--help"]).output
    assert re.findall(r"^  (\w+)  ", told.partition("Commands:")[2], re.MULTILINE) == COMMANDS
    assert "..." not in told.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("frobnicate", "No such command 'frobnicate'."),
        ("hnt 01.1", "Did you mean 'hint'?"),
        ("hint", "Missing argument 'TASK'."),
        ("hint 01", "There is no task 01; they go from 01.1 to "),
        ("hint 01.9", "There is no task 01.9;"),
        ("hint one", "There is no task one;"),
        ("show 99.1", "There is no task 99.1;"),
        ("diff 99", "There is no lesson 99; they go from 01 to "),
        ("reset", "Missing argument 'LESSON|TASK'."),
        ("reset ../..", "There is no task ../..;"),
        ("undo 01-99999", "There is no copy 01-99999."),
        ("undo x", "There is no lesson x;"),
        ("copies x", "There is no lesson x;"),
        ("watch", "Missing argument 'LESSON'."),
        ("watch 99", "There is no lesson 99;"),
        ("serve 01 --port 0", "--port"),
        ("serve 01 --port http", "--port"),
        ("doctor now", "unexpected extra argument"),
        ("update now", "unexpected extra argument"),
        ("build 99", "There is no lesson 99;"),
        ("new 9 demo", "A lesson's number has two digits, from 01 to 99; 9 hasn't."),
        ("new 98 Demo", "Demo can't be a lesson's name:"),
        ("new 98 class", "class can't be a lesson's name:"),
        ("new 01 demo", "There is "),
        ("new 98", "Missing argument 'NAME'."),
        ("--jsn", "No such option"),
    ],
)
def test_what_is_used_wrongly_is_told_and_ends_with_2(typed: str, said: str) -> None:
    told = CliRunner().invoke(cli.app, typed.split())
    assert told.exit_code == USED_WRONGLY
    assert said in " ".join(told.output.split())
    assert "Traceback" not in told.output


# What a learner does, in order.


def test_where_a_learner_stands(fresh: Rehearsal, give: Give) -> None:
    told = give("").splitlines()
    assert told[0] == "○ not started  01     async: 0 of 4 tasks done"
    assert len(told) <= 24
    write_first_task(fresh)
    # The copy, and what is known of the tasks, come from the run itself.
    ran(fresh, "pytest lessons/01", NOT_YET)
    assert [copy.name for copy in copies.kept(fresh.lesson)] == ["01-1"]
    told = give("").splitlines()
    assert told[0] == "✗ not yet      01     async: 1 of 4 tasks done"
    assert [line[:21] for line in told if re.search(r" 01\.\d ", line[:21])] == [
        "✓ done         01.1  ",
        "○ not started  01.2  ",
        "· waiting      01.3  ",
        "· waiting      01.4  ",
    ]
    assert re.fullmatch(r"next         task 01\.2, .*: pytest lessons/01", told[-1])
    source(fresh).write_bytes(source(fresh).read_bytes() + b"# more\n")
    parsed = json.loads(give("--json"))
    assert parsed == json.loads(ran(fresh, "workshop status --json", 0).printed)
    assert parsed["lessons"][0]["tasks"][0]["state"] == "done"
    assert parsed["lessons"][0]["changed_since_the_last_run"] is True
    assert parsed["next"] == {"lesson": "01", "command": "pytest lessons/01"}


def test_runs_on_other_code_keep_and_remember_nothing(fresh: Rehearsal) -> None:
    write_first_task(fresh)
    fresh.run("pytest lessons/01 --code lessons/01_async -k ready")
    assert not (fresh.folder / ".workshop").exists()
    # Single checks say nothing about the tasks; the files are kept all the same.
    fresh.run("pytest lessons/01 -k ready")
    assert len(copies.kept(fresh.lesson)) == 1
    assert state.load(fresh.folder).tried == {}


def test_it_is_told_when_no_copy_can_be_kept(fresh: Rehearsal, give: Give) -> None:
    (fresh.folder / ".workshop").write_text("a file where the folder would be")
    mine = write_first_task(fresh)
    said = fresh.run("pytest lessons/01 -k ready").printed
    assert "notice       no copy of your files could be kept: " in said
    assert len(said.splitlines()) <= 24
    assert give("reset 01", NOT_YET).startswith("This could not be done: .workshop")
    assert source(fresh).read_bytes() == mine


def test_three_hints_then_all(give: Give) -> None:
    shown = [give("hint 1.1") for _ in range(4)]
    assert [re.findall(r"hint (\d) of 3", text) for text in shown] == [["1"], ["2"], ["3"], ["3"]]
    assert "workshop hint 01.1 --all" in shown[2]
    assert re.findall(r"hint (\d) of 3", give("hint 01.1 --all")) == ["1", "2", "3"]


def test_the_reference_is_shown_after_one_question(give: Give) -> None:
    unasked = give("show 01.2", NOT_YET)
    assert "Task 01.2 isn't done yet." in unasked
    assert "workshop show 01.2 --yes" in unasked
    give("show 01.2", NOT_YET, "n\n")
    shown = give("show 01.2", 0, "y\n")
    assert "solutions/01_async/todo_api/database.py:" in shown
    assert "await engine.dispose()" in shown
    assert "isn't done yet" not in give("show 01.2")
    assert "isn't done yet" not in give("show 01.1 --yes")


TASKS = [(lesson, task) for lesson in lessons() for task in lesson.tasks]


@pytest.mark.parametrize(
    ("lesson", "task"), TASKS, ids=lambda one: one.number if isinstance(one, Task) else "lesson"
)
def test_every_task_has_reasons(lesson: Lesson, task: Task) -> None:
    """Three to six sentences on why."""
    if "@task" not in lesson.checks.read_text("utf-8"):
        pytest.skip("this lesson is in the making and has no checks yet")
    assert 3 <= len(reference.whys(lesson, task)) <= 6


def test_yours_beside_the_reference(fresh: Rehearsal, give: Give) -> None:
    assert "Nothing of it is written yet." in give("diff 01.1", NOT_YET)
    write_first_task(fresh)
    said = give("diff 01.1", NOT_YET)
    assert "-    answer = await client.get(url)\n" in said
    assert "+    response = await client.get(url)\n" in said
    assert "Whether yours is as good, the checks say:" in said
    found_done(fresh, "01.1")
    assert "Yours is different and as good" in give("diff 01.1")
    # Comments and spacing make no difference; what is outside the tasks is named.
    fresh.reset("01.4")
    file = source(fresh)
    text = "import os\n" + file.read_text("utf-8").replace("url)\n", "url)  # ask\n", 1)
    file.write_text(text, "utf-8")
    said = give("diff 1")
    assert said.count("the same as the reference") == 5
    assert said.endswith("Changed outside the tasks:\n  lessons/01_async/todo_api/upstreams.py\n")
    # Without its marks a file is compared whole.
    file.write_text(re.sub(r".*# (TODO|end) 01\.1.*\n", "", text), "utf-8")
    said = give("diff 01.1", NOT_YET)
    assert "The marks of 01.1 are gone from this file, so all of it is shown." in said
    assert "-import os\n" in said


def test_reset_undo_and_the_list_of_copies(fresh: Rehearsal, give: Give) -> None:
    assert "workshop copies" in give("undo", NOT_YET)
    assert "No copies are kept yet" in give("copies")
    assert "Nothing to reset: lesson 01 is as it began." in give("reset 1")
    mine = write_first_task(fresh)
    said = give("reset 01.1")
    assert said.startswith("Task 01.1 is as it began.\n  lessons/01_async/todo_api/upstreams.py\n")
    assert said.endswith("kept as copy 01-1. To have it back: workshop undo 01\n")
    assert source(fresh).read_bytes() != mine
    assert "in copy 01-1." in give("undo")
    assert source(fresh).read_bytes() == mine
    assert "in copy 01-2." in give("undo 01")
    assert source(fresh).read_bytes() != mine
    assert "in copy 01-1." in give("undo 01-1")
    assert source(fresh).read_bytes() == mine
    assert "as in copy 01-1 already." in give("undo 01-1")
    said = give("copies 1")
    assert re.findall(r"^(01-\d) .*, (before .*?|found .*?):", said, re.MULTILINE) == [
        ("01-1", "before reset 01.1"),
        ("01-2", "before undo"),
        ("01-3", "before undo"),
        ("01-4", "before undo"),
    ]
    for count in range(9):
        source(fresh).write_bytes(mine + b"# %d\n" % count)
        found_done(fresh)
    assert "3 earlier ones: workshop copies 01 --all" in give("copies 01")
    assert len(re.findall(r"^01-\d+ ", give("copies 01 --all"), re.MULTILINE)) == 13
    kept = copies.kept(fresh.lesson)[0].files["todo_api/upstreams.py"]
    (fresh.folder / ".workshop" / "files" / kept).write_bytes(b"changed by hand")
    said = give("undo 01-1", NOT_YET)
    assert said.startswith("todo_api/upstreams.py of copy 01-1 is missing, or was changed,")


def test_a_task_whose_marks_are_gone_is_reset_by_the_file(fresh: Rehearsal, give: Give) -> None:
    file = source(fresh)
    began = file.read_bytes()
    write_first_task(fresh)
    other = source(fresh, "main.py")
    other.write_bytes(other.read_bytes() + b"# mine\n")
    text = re.sub(r".*# (TODO|end) 01\.1.*\n", "", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    said = give("reset 01.1")
    assert "The marks of 01.1 were gone, so these files were put back whole:" in said
    assert file.read_bytes() == began
    assert other.read_bytes().endswith(b"# mine\n")


def test_a_reset_task_leaves_every_other_byte() -> None:
    """Also lines that end as on Windows, and what only some call the end of a line."""
    text = (
        "\ufeffx = 1\r\n# TODO 01.1: one\r\nmine\f\r\n# end 01.1\r\ny\x1c = '\u2028'\n"
        "    # TODO 01.2: two\n    other\n    # end 01.2\n# TODO 01.1: more\n# end 01.1"
    )
    assert reset.put_back(text, "01.1", [("a", "b"), ("c",)]) == (
        "\ufeffx = 1\r\n# TODO 01.1: one\r\na\nb\n# end 01.1\r\ny\x1c = '\u2028'\n"
        "    # TODO 01.2: two\n    other\n    # end 01.2\n# TODO 01.1: more\nc\n# end 01.1"
    )
    assert reset.put_back(text, "01.1", [("a",)]) is None
    assert reset.put_back(text, "01.1", [("a",)] * 3) is None
    assert reset.put_back("# TODO 01.1: one\n", "01.1", [("a",)]) is None


# What is kept between commands.


def test_a_newer_state_is_refused_and_left_alone(fresh: Rehearsal, give: Give) -> None:
    file = state.path(fresh.folder)
    file.parent.mkdir()
    file.write_text('{"format": 99, "hints": "of another kind"}')
    for command in ("hint 01.1", "show 01.1", "diff 01", "status"):
        said = " ".join(give(command, USED_WRONGLY).split())
        assert "was written by a newer course than this one; take that one with:" in said
        assert said.endswith("workshop update")
    assert file.read_text() == '{"format": 99, "hints": "of another kind"}'


def test_a_state_that_cannot_be_read_is_set_aside(fresh: Rehearsal, give: Give) -> None:
    file = state.path(fresh.folder)
    file.parent.mkdir()
    file.write_text('{"format": 1, "hints": {"01.1": 2}')
    assert "hint 1 of 3" in give("hint 01.1")
    aside = file.with_name("state.unreadable.json")
    assert aside.read_text() == '{"format": 1, "hints": {"01.1": 2}'
    assert json.loads(file.read_text())["hints"] == {"01.1": 1}


def test_starters_are_written_but_not_over_work(fresh: Rehearsal, give: Give) -> None:
    mine = write_first_task(fresh)
    assert "workshop build 01\n" in give("build")
    assert source(fresh).read_bytes() == mine
    assert "01_async: 1 file written" in give("build 1")
    assert source(fresh).read_bytes() != mine
    assert copies.contents(copies.kept(fresh.lesson)[-1])["todo_api/upstreams.py"] == mine


def test_what_an_author_builds_is_no_learners_work(fresh: Rehearsal, give: Give) -> None:
    """After a build the solution goes on changing: the starter is stale, and nobody's work."""
    give("build")
    solution = fresh.lesson.solution / "todo_api" / "main.py"
    before = solution.read_bytes()
    solution.write_bytes(before + b"# newer\n")
    files = copies.mine(fresh.lesson)
    assert files != copies.given(fresh.lesson)
    assert copies.changed(fresh.lesson, files) == []
    assert "01_async: 1 file written" in give("build")
    solution.write_bytes(before)
    assert "01_async: 1 file written" in give("build")
