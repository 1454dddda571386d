"""The `workshop` command as someone new uses it, wrongly too, on every kind of terminal."""

import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from workshop import (
    cli,
    copies,
    doctor,
    listing,
    processes,
    reference,
    reset,
    state,
    status,
    words,
)
from workshop.asked import NOT_YET, USED_WRONGLY
from workshop.course import Lesson, lessons
from workshop.rehearsal import Ran, Rehearsal
from workshop.saying import Screen

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
    "new",
]
MINE = """    answer = await client.get(url)
    answer.raise_for_status()
    return answer.json()
"""


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return Rehearsal(tmp_path_factory.mktemp("command") / "a copy of the course")


@pytest.fixture
def fresh(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    """The copy with nothing begun in it, and nothing remembered."""
    folder = rehearsal.folder / ".workshop"
    if folder.exists():
        folder.rename(rehearsal.folder.with_name(f"used {time.monotonic_ns()}"))
    rehearsal.reset("01.0")
    return rehearsal


def source(rehearsal: Rehearsal, file: str = "upstreams.py") -> Path:
    return rehearsal.lesson.folder / "todo_api" / file


def write_first_task(rehearsal: Rehearsal) -> None:
    """Task 01.1, right but not as the reference has it."""
    file = source(rehearsal)
    text = file.read_text("utf-8")
    file.write_text(text.replace('    raise NotImplementedError("01.1")\n', MINE), "utf-8")


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


def ended(ran: Ran, code: int) -> str:
    assert ran.status == code, ran
    return ran.printed + ran.complained


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


def test_where_a_learner_stands(fresh: Rehearsal) -> None:
    out = StringIO()
    status.show(fresh.folder, Screen(out))
    assert out.getvalue().splitlines()[0] == "o not started  01     async: 0 of 4 tasks done"
    assert len(out.getvalue().splitlines()) <= 24
    write_first_task(fresh)
    # The copy and the state come from the run itself.
    assert "01.2" in ended(fresh.run("pytest lessons/01"), NOT_YET)
    assert [copy.name for copy in copies.kept(fresh.lesson)] == ["01-1"]
    told = ended(fresh.run("workshop"), 0).splitlines()
    assert told[0] == "✗ not yet      01     async: 1 of 4 tasks done"
    tasks = [line[:21] for line in told if re.search(r" 01\.\d ", line)]
    assert tasks == [
        "✓ done         01.1  ",
        "○ not started  01.2  ",
        "· waiting      01.3  ",
        "· waiting      01.4  ",
    ]
    assert told[-1].startswith("next         task 01.2, ")
    assert told[-1].endswith(": pytest lessons/01")
    source(fresh).write_bytes(source(fresh).read_bytes() + b"# more\n")
    parsed = json.loads(ended(fresh.run("workshop status --json"), 0))
    assert parsed["lessons"][0]["tasks"][0]["state"] == "done"
    assert parsed["lessons"][0]["changed_since_the_last_run"] is True
    assert parsed["next"] == {"lesson": "01", "command": "pytest lessons/01"}


def test_runs_on_other_code_keep_and_remember_nothing(fresh: Rehearsal) -> None:
    write_first_task(fresh)
    fresh.run("pytest lessons/01 --code lessons/01_async -k nothing")
    fresh.run("pytest lessons/01 --solution -k nothing")
    assert not (fresh.folder / ".workshop").exists()
    # Single checks say nothing about the tasks; the files are kept all the same.
    fresh.run("pytest lessons/01 -k ready")
    assert len(copies.kept(fresh.lesson)) == 1
    assert state.load(fresh.folder).tried == {}


def test_a_run_says_when_no_copy_can_be_kept(fresh: Rehearsal) -> None:
    (fresh.folder / ".workshop").write_text("a file where the folder would be")
    write_first_task(fresh)
    before = source(fresh).read_bytes()
    ran = fresh.run("pytest lessons/01")
    assert "notice       no copy of your files could be kept: " in ran.printed
    assert len(ran.printed.splitlines()) <= 24
    told = ended(fresh.run("workshop reset 01"), NOT_YET)
    assert told.startswith("This could not be done: .workshop")
    assert source(fresh).read_bytes() == before


def test_three_hints_then_all(fresh: Rehearsal) -> None:
    shown = [ended(fresh.run("workshop hint 1.1"), 0) for _ in range(4)]
    assert [re.findall(r"hint (\d) of 3", text) for text in shown] == [["1"], ["2"], ["3"], ["3"]]
    assert "workshop hint 01.1 --all" in shown[2]
    every = ended(fresh.run("workshop hint 01.1 --all"), 0)
    assert re.findall(r"hint (\d) of 3", every) == ["1", "2", "3"]


def test_the_reference_is_shown_after_one_question(fresh: Rehearsal) -> None:
    def show(answer: str) -> Ran:
        with fresh.begin("workshop show 01.2") as process:
            printed, complained = process.communicate(answer, timeout=30)
        return Ran(process.returncode, printed, complained)

    unasked = show("")
    assert "Task 01.2 isn't done yet." in unasked.complained
    assert "workshop show 01.2 --yes" in ended(unasked, NOT_YET)
    assert show("n\n").status == NOT_YET
    shown = show("y\n")
    assert shown.status == 0
    assert "solutions/01_async/todo_api/database.py:" in shown.printed
    assert "await engine.dispose()" in shown.printed
    again = show("")
    assert (again.status, again.complained) == (0, "")


TASKS = [(lesson, task) for lesson in lessons() for task in lesson.tasks]


@pytest.mark.parametrize(("lesson", "task"), TASKS, ids=lambda value: getattr(value, "number", ""))
def test_every_task_has_reasons(lesson: Lesson, task: object) -> None:
    """Three to six sentences on why; lessons in the making have no checks yet."""
    if "@task" not in lesson.checks.read_text("utf-8"):
        pytest.skip("it has no checks yet")
    found = reference.whys(lesson, task)  # type: ignore[arg-type]
    assert 3 <= len(found) <= 6


def test_yours_beside_the_reference(fresh: Rehearsal) -> None:
    def told(number: str) -> tuple[bool, str]:
        out = StringIO()
        lesson, task = fresh.lesson, None
        if "." in number:
            task = lesson.task(number)
        good = reference.diff(lesson, task, Screen(out))
        return good, out.getvalue()

    assert "Nothing of it is written yet." in told("01.1")[1]
    write_first_task(fresh)
    good, text = told("01.1")
    assert not good
    assert "-    answer = await client.get(url)\n" in text
    assert "+    response = await client.get(url)\n" in text
    assert "Whether yours is as good, the checks say:" in text
    found_done(fresh, "01.1")
    good, text = told("01.1")
    assert good
    assert "Yours is different and as good" in text
    # Comments and spacing make no difference; what is outside the tasks is named.
    fresh.reset("01.4")
    file = source(fresh)
    file.write_text("import os\n" + file.read_text("utf-8").replace("url)\n", "url)  # ask\n", 1))
    good, text = told("01")
    assert good
    assert text.count("the same as the reference") == 5
    assert "Changed outside the tasks:" in text
    # Without its marks a file is compared whole.
    file.write_text(re.sub(r".*# (TODO|end) 01\.1.*\n", "", file.read_text("utf-8")))
    good, text = told("01.1")
    assert "The marks of 01.1 are gone from this file, so all of it is shown." in text
    assert "-import os\n" in text


def test_reset_undo_and_the_list_of_copies(fresh: Rehearsal) -> None:
    assert "nothing to undo" not in ended(fresh.run("workshop undo"), NOT_YET)
    assert "No copies are kept yet" in ended(fresh.run("workshop copies"), 0)
    assert "Nothing to reset: lesson 01 is as it began." in ended(fresh.run("workshop reset 1"), 0)
    write_first_task(fresh)
    mine = source(fresh).read_bytes()
    told = ended(fresh.run("workshop reset 01.1"), 0)
    assert told.startswith("Task 01.1 is as it began.\n  lessons/01_async/todo_api/upstreams.py\n")
    assert told.endswith("kept as copy 01-1. To have it back: workshop undo 01\n")
    assert source(fresh).read_bytes() != mine
    assert "in copy 01-1" in ended(fresh.run("workshop undo"), 0)
    assert source(fresh).read_bytes() == mine
    assert "in copy 01-2" in ended(fresh.run("workshop undo 01"), 0)
    assert source(fresh).read_bytes() != mine
    assert "in copy 01-1" in ended(fresh.run("workshop undo 01-1"), 0)
    assert source(fresh).read_bytes() == mine
    told = ended(fresh.run("workshop copies"), 0)
    assert re.findall(r"^(01-\d) .*, (before .*?|found .*?):", told, re.MULTILINE) == [
        ("01-1", "before reset 01.1"),
        ("01-2", "before undo"),
        ("01-3", "before undo"),
        ("01-4", "before undo"),
    ]


def test_a_task_whose_marks_are_gone_is_reset_by_the_file(fresh: Rehearsal) -> None:
    file = source(fresh)
    began = file.read_bytes()
    write_first_task(fresh)
    other = source(fresh, "main.py")
    other.write_bytes(other.read_bytes() + b"# mine\n")
    file.write_text(re.sub(r".*# (TODO|end) 01\.1.*\n", "", file.read_text("utf-8")))
    done = reset.one_task(fresh.lesson, "01.1")
    assert done is not None
    assert done.whole == ["todo_api/upstreams.py"]
    assert file.read_bytes() == began
    assert other.read_bytes().endswith(b"# mine\n")


def test_a_reset_task_leaves_every_other_byte() -> None:
    """Also bytes that aren't text, and lines that end as on Windows."""
    text = (
        "\ufeffx = 1\r\n# TODO 01.1: one\r\nmine\f\r\n# end 01.1\r\ny\x1c = '\u2028'\n"
        "    # TODO 01.2: two\n    other\n    # end 01.2\n# TODO 01.1: more\n# end 01.1"
    )
    back = reset.put_back(text, "01.1", [("a", "b"), ("c",)])
    assert back == (
        "\ufeffx = 1\r\n# TODO 01.1: one\r\na\nb\n# end 01.1\r\ny\x1c = '\u2028'\n"
        "    # TODO 01.2: two\n    other\n    # end 01.2\n# TODO 01.1: more\nc\n# end 01.1"
    )
    assert reset.put_back(text, "01.1", [("a",)]) is None
    assert reset.put_back(text, "01.1", [("a",)] * 3) is None
    assert reset.put_back("# TODO 01.1: one\n", "01.1", [("a",)]) is None


# What is kept between commands.


def test_a_newer_state_is_refused_and_left_alone(fresh: Rehearsal) -> None:
    file = state.path(fresh.folder)
    file.parent.mkdir()
    file.write_text('{"format": 99, "hints": "of another kind"}')
    told = ended(fresh.run("workshop hint 01.1"), USED_WRONGLY)
    assert "was written by a newer course than this one" in " ".join(told.split())
    assert "workshop update" in told
    assert file.read_text() == '{"format": 99, "hints": "of another kind"}'
    write_first_task(fresh)
    assert (
        "notice       no copy of your files could be kept: "
        in fresh.run("pytest lessons/01").printed
    )


def test_a_state_that_cannot_be_read_is_set_aside(fresh: Rehearsal) -> None:
    file = state.path(fresh.folder)
    file.parent.mkdir()
    file.write_text('{"format": 1, "hints": {"01.1": 2}')
    assert "hint 1 of 3" in ended(fresh.run("workshop hint 01.1"), 0)
    aside = file.with_name("state.unreadable.json")
    assert aside.read_text() == '{"format": 1, "hints": {"01.1": 2}'
    assert json.loads(file.read_text())["hints"] == {"01.1": 1}


def test_starters_are_written_but_not_over_work(fresh: Rehearsal) -> None:
    write_first_task(fresh)
    mine = source(fresh).read_bytes()
    told = ended(fresh.run("workshop build"), 0)
    assert "workshop build 01" in told
    assert source(fresh).read_bytes() == mine
    assert "01_async: 1 file written" in ended(fresh.run("workshop build 1"), 0)
    assert source(fresh).read_bytes() != mine
    assert copies.contents(copies.kept(fresh.lesson)[-1])["todo_api/upstreams.py"] == mine


def test_what_an_author_builds_is_no_learners_work(fresh: Rehearsal) -> None:
    """After a build the solution goes on changing: the starter is stale, and nobody's work."""
    ended(fresh.run("workshop build"), 0)
    solution = fresh.lesson.solution / "todo_api" / "main.py"
    before = solution.read_bytes()
    solution.write_bytes(before + b"# newer\n")
    assert fresh.run("pytest lessons/01 -k ready").status == 1
    assert not copies.build.begun(fresh.lesson)
    assert "01_async: 1 file written" in ended(fresh.run("workshop build"), 0)
    solution.write_bytes(before)
    assert "01_async: 1 file written" in ended(fresh.run("workshop build"), 0)


# Every kind of terminal.


def everything_said(rehearsal: Rehearsal, screen: Callable[[], Screen]) -> None:
    """What each command prints that says more than a line."""
    lesson = rehearsal.lesson
    status.show(rehearsal.folder, screen())
    listing.show([lesson], False, screen())
    reference.diff(lesson, None, screen())
    reference.show(lesson, lesson.tasks[0], screen())
    for finding in (doctor.python(), doctor.packages(rehearsal.folder), doctor.console()):
        screen().say(finding.found, finding.what)
    screen().order("next", words.SPOILS.format(number="01.1"), "workshop show 01.1 --yes")


@pytest.mark.parametrize("width", [100, 80, 40])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_command_and_no_path_is_broken(
    width: int, encoding: str, fresh: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_first_task(fresh)
    found_done(fresh)
    monkeypatch.chdir(fresh.folder)
    printed = {}
    for columns in (1000, width):
        monkeypatch.setattr("workshop.saying.WIDTH", columns)
        monkeypatch.setenv("COLUMNS", str(columns))
        with (fresh.folder.parent / "printed").open("w", encoding=encoding) as file:
            everything_said(fresh, lambda: Screen(file))
        printed[columns] = (fresh.folder.parent / "printed").read_text(encoding)
    whole = re.compile(r"(?:workshop|pytest) \S+(?: \S+)*$|\S+/\S+\.py(?::\d+)?", re.MULTILINE)
    wanted = whole.findall(printed[1000])
    assert len(wanted) > 8
    assert sorted(wanted) == sorted(whole.findall(printed[width]))
    code = re.compile(r"^[ +-]  |solutions/|lessons/|^[+-]")
    assert [
        line for line in printed[width].splitlines() if len(line) > width and not code.search(line)
    ] == []
    assert "\x1b" not in printed[width]
    if encoding == "ascii":
        assert "+ done" in printed[width] or "o not started" in printed[width]


def on_a_terminal(rehearsal: Rehearsal, columns: int, **variables: str) -> str:
    """What `workshop` prints on a real terminal of so many columns."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "TERM")}
    script = "from workshop.cli import main; main()"
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", script],
        {**kept, "PYTHONPATH": str(rehearsal.folder), **variables},
        file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 1), (os.POSIX_SPAWN_DUP2, theirs, 2)],
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(mine, 4096)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not part:
            break
        said += part
    os.close(mine)
    assert os.waitpid(pid, 0)[1] == 0, said
    return said.decode().replace("\r\n", "\n")


def test_a_real_terminal(fresh: Rehearsal) -> None:
    coloured = on_a_terminal(fresh, 80, TERM="xterm-256color")
    assert "\x1b[33m○ not started" in coloured
    for variables in ({"TERM": "dumb"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}):
        plain = on_a_terminal(fresh, 40, **variables)
        assert "\x1b" not in plain
        assert max(map(len, plain.splitlines())) <= 40
        assert plain.endswith("  pytest lessons/01\n")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).startswith("○ not started  01 ")
    ascii_only = on_a_terminal(fresh, 80, TERM="xterm-256color", PYTHONIOENCODING="ascii")
    assert ascii_only.isascii()


# The learner's app, and what may be wrong here.


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(url: str) -> bool:
    for _ in range(200):
        try:
            return httpx.get(url, timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            time.sleep(0.05)
    return False


def test_an_app_is_served_until_ctrl_c(rehearsal: Rehearsal, free_port: int) -> None:
    rehearsal.reset("01.4")
    with rehearsal.begin(f"workshop serve 01 --port {free_port}") as process:
        try:
            assert answers(f"http://127.0.0.1:{free_port}/docs")
            family = [one for one in processes.every() if one.parent == process.pid]
            os.killpg(process.pid, signal.SIGINT)
            printed, complained = process.communicate(timeout=15)
        finally:
            process.kill()
    assert printed.startswith(f"docs         http://127.0.0.1:{free_port}/docs\n")
    assert "Traceback" not in complained
    assert process.returncode == 0
    assert family
    assert not {one.number for one in family} & {one.number for one in processes.every()}


def test_a_taken_port_is_named_with_who_holds_it(rehearsal: Rehearsal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = ended(rehearsal.run(f"workshop serve 01 --port {port}"), NOT_YET)
    assert f"Port {port} is taken, by " in told
    if sys.platform == "linux":
        assert f"process {os.getpid()}, " in told
    assert re.search(r"^next .*workshop serve 01 --port \d+$", told, re.MULTILINE)


def test_a_doctor_finds_what_is_wrong(fresh: Rehearsal) -> None:
    root = fresh.folder
    write_first_task(fresh)
    found_done(fresh)
    assert doctor.kept(root).fine
    assert doctor.packages(root).fine
    assert doctor.writing_here(root).fine
    assert doctor.editor(root).fine
    kept = copies.kept(fresh.lesson)[0].files["todo_api/upstreams.py"]
    (root / ".workshop" / "files" / kept).unlink()
    assert doctor.kept(root).found.startswith("todo_api/upstreams.py of copy 01-1 is missing")
    project = root / "pyproject.toml"
    told = project.read_text("utf-8")
    project.write_text(re.sub(r'"typer==[\d.]+"', '"typer==0.0.1"', told), "utf-8")
    assert doctor.packages(root).command == "uv sync --inexact"
    project.write_text(told, "utf-8")
    settings = root / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{\n  // mine\n  "python.defaultInterpreterPath": "/usr/bin/python2"\n}')
    assert doctor.editor(root).command == sys.executable
    settings.unlink()
    leftover = processes.Process(7, 1, "python -P -m workshop.host.nursery")
    owned = processes.Process(8, 9, "python -P -m workshop.host.nursery")
    owner = processes.Process(9, 1, "python -m pytest lessons/01")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "every", lambda: [leftover, owned, owner])
        assert doctor.leftovers().command.endswith(" 7")


def test_a_doctor_finds_nothing_where_nothing_is_wrong(rehearsal: Rehearsal) -> None:
    told = rehearsal.run("workshop doctor").printed
    said = dict(re.findall(r"^(. \w+(?: mend)?) +([\w' ]+?)(?: \d+)?: ", told, re.MULTILINE))
    assert set(said) == {"✓ fine"}, told
    assert "app's process: starts, and answers over a local connection" in told


# A lesson in its first minute.


def test_a_new_lesson_passes_the_proof_and_a_broken_line_does_not(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path / "a copy of the course")
    made = ended(rehearsal.run("workshop new 97 demo"), 0)
    assert "solutions/97_demo/todo_api/routes/health.py" in made
    assert made.splitlines()[-1].endswith("pytest -k 97")
    command = "pytest tests/test_lessons.py -k 97 -p no:cacheprovider"
    ran = rehearsal.run(command, seconds=300)
    assert ran.status == 0, ran.printed
    assert re.search(r"\b7 passed", ran.printed), ran.printed
    broken = rehearsal.folder / "solutions/97_demo/todo_api/routes/health.py"
    text = broken.read_text("utf-8")
    broken.write_text(
        text.replace('return {"lesson": "demo"}', 'return {"lesson": "dem"}'), "utf-8"
    )
    ran = rehearsal.run(f"{command} -x", seconds=300)
    assert ran.status == 1
    assert 'got        lesson: "dem"' in ran.printed
    assert 'expected   lesson: "demo"' in ran.printed
