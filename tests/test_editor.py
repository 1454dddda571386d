"""How an editor, a debugger and a build server see a lesson's checks: as any other tests.

The adapter here does what VS Code's does: it hears of each result through the hook that asks for
a report's status, and of what fails before a check begins through the one for exceptions.
"""

import ast
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workshop import proof
from workshop.bench import Bench
from workshop.course import Lesson, lessons
from workshop.hosts import Hosts
from workshop.proof import Change
from workshop.rehearsal import Rehearsal

LESSON = lessons()[0]

ADAPTER = """
import json, os
import pytest

paths, results, items = {}, {}, []

def name_of(nodeid, path):
    return "::".join([str(path), *nodeid.split("::")[1:]])

def keep(name, outcome, message=""):
    results.setdefault(name, [outcome, message])

@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item, nextitem):
    paths[item.nodeid] = item.path
    return (yield)

@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_report_teststatus(report, config):
    if report.when == "call" or (report.when == "setup" and report.skipped):
        name = name_of(report.nodeid, paths[report.nodeid])
        message = str(report.longrepr[2]) if report.skipped else report.longreprtext
        keep(name, report.outcome, message)
    return (yield)

def pytest_exception_interact(node, call, report):
    keep(name_of(node.nodeid, node.path), "error", report.longreprtext)

def pytest_sessionfinish(session, exitstatus):
    for item in session.items:
        if hasattr(item, "callspec"):  # listed below its function
            assert item.name.split("[", 1)[0] == item.originalname
        assert isinstance(item.parent, pytest.File)
        items.append(name_of(item.nodeid, item.path))
    with open(os.environ["HEARD"], "w", encoding="utf-8") as heard:
        json.dump({"results": results, "items": items, "status": int(exitstatus)}, heard)
"""

NOT_COMMITTED = Change(
    "routes/todos.py",
    task="01.3",
    code="async with request.state.sessions() as session:\n    session.add(todo)",
)


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return Rehearsal(tmp_path_factory.mktemp("editor") / "a copy of the course")


class Editor:
    """Runs pytest as an editor's test view does: its plugin, absolute names, its own root."""

    def __init__(self, rehearsal: Rehearsal, folder: Path) -> None:
        self.rehearsal = rehearsal
        self.folder = folder
        (folder / "an_adapter.py").write_text(ADAPTER, "utf-8")

    @property
    def checks(self) -> str:
        return str(self.rehearsal.lesson.checks)

    def heard(self, *arguments: str) -> dict[str, Any]:
        """What the adapter heard while these arguments were run."""
        command = f"python -m pytest -p an_adapter '--rootdir={self.rehearsal.folder}' "
        written = self.folder / "heard.json"
        path = os.pathsep.join([str(self.folder), str(self.rehearsal.folder)])
        ran = self.rehearsal.run(
            command + " ".join(f"'{one}'" for one in arguments),
            variables={"HEARD": str(written), "PYTHONPATH": path},
        )
        assert ran.complained == ""
        told: dict[str, Any] = json.loads(written.read_text("utf-8"))
        return told


@pytest.fixture
def editor(rehearsal: Rehearsal, tmp_path: Path) -> Editor:
    return Editor(rehearsal, tmp_path)


def checks_of(lesson: Lesson) -> list[str]:
    """The names of a lesson's checks, as they stand in its file."""
    tree = ast.parse(lesson.checks.read_text("utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "task"
    ]


def function_of(name: str) -> str:
    return name.rpartition("::")[2].partition("[")[0]


def in_order(names: list[str]) -> list[str]:
    """Functions in the order of their first appearance."""
    return list(dict.fromkeys(function_of(name) for name in names))


def test_the_checks_are_listed_one_by_one(rehearsal: Rehearsal) -> None:
    ran = rehearsal.run("pytest --collect-only -q lessons/01")
    listed = [line for line in ran.printed.splitlines() if "::" in line]
    assert set(checks_of(rehearsal.lesson)) <= set(in_order(listed))
    assert all(name.startswith("lessons/01_async/test_async.py::") for name in listed)
    assert len(listed) == len(set(listed))
    assert (ran.status, ran.complained) == (0, "")


def test_an_editor_sees_each_check_in_its_tree(editor: Editor) -> None:
    told = editor.heard("--collect-only", editor.checks)
    names = told["items"]
    assert set(checks_of(editor.rehearsal.lesson)) <= set(in_order(names))
    assert len(names) == len(set(names))
    assert all(name.startswith(f"{editor.checks}::") for name in names)
    assert told["results"] == {}


def test_an_editor_sees_the_result_of_each_check(editor: Editor) -> None:
    """Passed, failed with the report's words, and skipped where a check waits."""
    editor.rehearsal.reset("01.3", [NOT_COMMITTED])
    told = editor.heard(editor.checks)
    assert list(told["results"]) == told["items"]
    outcomes = {function_of(name): outcome for name, (outcome, _) in told["results"].items()}
    assert outcomes["an_upstream_answer_is_passed_on"] == "passed"
    assert outcomes["ready_once_the_database_answers"] == "passed"
    assert outcomes["a_second_connection_sees_it"] == "failed"
    assert outcomes["a_silent_one_is_null"] == "skipped"
    messages = {function_of(name): message for name, (_, message) in told["results"].items()}
    failed = messages["a_second_connection_sees_it"].splitlines()
    assert failed[0].startswith("01.3         ")
    assert any(line.startswith("  your code  ") for line in failed)
    assert len(failed) <= 12
    assert messages["a_silent_one_is_null"].endswith("waiting for 01.3")
    assert told["status"] == 1


def test_an_editor_sees_what_fails_before_a_check_begins(editor: Editor) -> None:
    unclosed = Change("routes/todos.py", old="Todo(**body.model_dump())", new="Todo(**body")
    editor.rehearsal.reset("01.0", [unclosed])
    name = f"{editor.checks}::ready_once_the_database_answers"
    told = editor.heard(name)
    assert list(told["results"]) == [name]
    outcome, message = told["results"][name]
    assert outcome == "error"
    assert "SyntaxError: '(' was never closed" in message


def test_a_check_asked_for_by_name_runs_alone_and_waits_for_none(editor: Editor) -> None:
    editor.rehearsal.reset("01.0")
    name = f"{editor.checks}::a_silent_one_is_null"
    told = editor.heard(name)
    assert [(one, outcome) for one, (outcome, _) in told["results"].items()] == [(name, "failed")]


def cases(file: Path) -> Iterator[tuple[str, list[str]]]:
    """The checks in a JUnit file, each with what is said of it beside its time."""
    root = ET.parse(file).getroot()
    assert root.tag == "testsuites"
    for case in root.iter("testcase"):
        yield case.attrib["name"], [said.tag for said in case]


def test_the_junit_file_is_whole(rehearsal: Rehearsal, tmp_path: Path) -> None:
    rehearsal.reset("01.0")
    file = tmp_path / "junit.xml"
    ran = rehearsal.run(f"pytest lessons/01 '--junitxml={file}'")
    told = dict(cases(file))
    assert set(checks_of(rehearsal.lesson)) <= set(in_order(list(told)))
    assert told["an_upstream_answer_is_passed_on"] == ["failure"]
    assert told["a_silent_one_is_null"] == ["skipped"]
    assert ran.status == 1


def test_the_junit_file_is_whole_after_ctrl_c(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """Also those that never ran are in it, the one that was stopped among them."""
    arrived, file = tmp_path / "arrived", tmp_path / "junit.xml"
    code = f"""
response = await client.get(url)
with open({str(arrived)!r}, "a") as file:
    file.write("x")
if os.path.getsize(file.name) > 1:
    await asyncio.sleep(60)
return response.json()
"""
    second = Change("upstreams.py", task="01.1", code=code, imports="import os")
    rehearsal.reset("01.0", [second])
    names = "answer_is_passed_on or error_is_no_answer"
    process = rehearsal.begin(f"pytest lessons/01 -k '{names}' '--junitxml={file}'")
    while process.poll() is None and not (arrived.exists() and arrived.stat().st_size > 1):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    with process:
        process.communicate(timeout=30)
    told = dict(cases(file))
    assert told.pop("an_upstream_answer_is_passed_on") == []
    assert told.keys() == {f"an_upstream_error_is_no_answer[{code}]" for code in (500, 404)}
    assert list(told.values()) == [["skipped"], ["skipped"]]
    assert process.returncode == 2


def test_a_debugger_stops_in_a_handler(rehearsal: Rehearsal) -> None:
    code = "breakpoint()\nresponse = await client.get(url)\nreturn response.json()"
    rehearsal.reset("01.0", [Change("upstreams.py", task="01.1", code=code)])
    process = rehearsal.begin("pytest lessons/01 -k answer_is_passed_on --pdb")
    # From 3.13 on a debugger stops at breakpoint() itself, no longer at the line after it.
    onwards = ["next"] * (2 if sys.version_info >= (3, 13) else 1)
    commands = ["p 'stopped', 6 * 7", *onwards, "p response", "continue"]
    with process:
        try:
            printed, complained = process.communicate("\n".join(commands) + "\n", timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert "-> response = await client.get(url)" in printed
    assert "('stopped', 42)" in printed
    assert "<Response [200 OK]>" in printed
    assert "✓ done         01.1" in printed
    assert (process.returncode, complained) == (0, "")


@pytest.fixture(scope="module")
def one_by_one() -> Iterator[Bench]:
    """Hosts as on Windows and macOS, where none can be forked from a warm process."""
    hosts = Hosts(fork=False)
    bench = Bench(hosts)
    yield bench
    bench.close()
    hosts.close()


def test_hosts_started_one_by_one_grade_a_lesson(one_by_one: Bench) -> None:
    graded = proof.grade(LESSON, LESSON.solution, one_by_one)
    assert graded.status == 0, graded.printed


@pytest.mark.parametrize(
    ("code", "imports", "says"),
    [
        ("time.sleep(60)", "import time", "The loop was held at this line"),
        ("os._exit(3)", "import os", "the app's process ended, with exit code 3"),
    ],
    ids=["held", "ended"],
)
def test_hosts_started_one_by_one_are_told_apart_when_they_fail(
    code: str, imports: str, says: str, one_by_one: Bench, tmp_path: Path
) -> None:
    change = Change("upstreams.py", task="01.1", code=code, imports=imports)
    proof.write(LESSON, proof.Variant("", (change,)), tmp_path)
    graded = proof.grade(LESSON, tmp_path, one_by_one)
    assert says in graded.block
    assert graded.run.failure is not None
    assert graded.run.failure.line is not None
    assert graded.run.failure.line["source"] == code
