"""What a learner's code can do to the process it runs in, and what a machine can lack.

Each has its sentence and its exit code, ends within a bound, and leaves no process behind.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop.proof import Change
from workshop.rehearsal import Rehearsal

HELD = "The loop was held at this line: until your code awaits, nobody else is answered."
START_HELD = "The start does not get past this line, so no task could be checked this time."
EVERYBODY = "this client and every other one is cut off"


@dataclass(frozen=True)
class Case:
    """What a learner wrote, the sentences that it must be answered with, and their own line."""

    name: str
    code: str
    says: tuple[str, ...]
    line: str
    imports: str = ""
    at_import: bool = False

    @property
    def change(self) -> Change:
        if self.at_import:
            code = f"{self.code}\n\n\nasync def fetch("
            return Change("upstreams.py", old="async def fetch(", new=code, imports=self.imports)
        return Change("upstreams.py", task="01.1", code=self.code, imports=self.imports)


def at_import(name: str, code: str, *says: str, line: str = "", imports: str = "") -> Case:
    return Case(f"{name} at import", code, says, line or code, imports, at_import=True)


def in_handler(name: str, code: str, *says: str, line: str = "", imports: str = "") -> Case:
    return Case(f"{name} in a handler", code, says, line or code, imports)


BACKTRACKS = 're.match(r"(a+)+$", "a" * 64 + "b")'
RECURSES = "def again() -> None:\n    again()\nagain()"
PRINTS = 'print("x" * 100_000_000)\nraise KeyError("title")'
SEGFAULT = "ctypes.string_at(0)"
FORKS = "os.fork()\nresponse = await client.get(url)\nreturn response.json()"

CASES = [
    at_import("while True", "while True:\n    pass", START_HELD, line="while True:"),
    at_import("sleep", "time.sleep(60)", START_HELD, imports="import time"),
    at_import("sys.exit", "sys.exit(3)", "SystemExit: 3", imports="import sys"),
    at_import("breakpoint", "breakpoint()", "your code met a breakpoint", "--pdb"),
    at_import("crash", SEGFAULT, "by the signal SIGSEGV", imports="import ctypes"),
    in_handler("while True", "while True:\n    pass", HELD, line="while True:"),
    in_handler("sleep", "time.sleep(60)", HELD, imports="import time"),
    in_handler("lock of the interpreter", BACKTRACKS, HELD, imports="import re"),
    in_handler("os._exit", "os._exit(0)", "with exit code 0", EVERYBODY, imports="import os"),
    in_handler("sys.exit", "sys.exit(3)", "your code raised SystemExit: 3", imports="import sys"),
    in_handler("fork", FORKS, "your code forked", line="os.fork()", imports="import os"),
    in_handler("recursion", RECURSES, "your code raised RecursionError", line="again()"),
    in_handler("100 MB", PRINTS, "printed    xxx", line='raise KeyError("title")'),
    in_handler("crash", SEGFAULT, "by the signal SIGSEGV", imports="import ctypes"),
    in_handler(
        "signal to itself",
        "os.kill(os.getpid(), 9)",
        "by the signal SIGKILL",
        EVERYBODY,
        imports="import os",
    ),
    in_handler("breakpoint", "breakpoint()", "your code met a breakpoint", "--pdb"),
]


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return Rehearsal(tmp_path_factory.mktemp("bad luck") / "a copy of the course")


@pytest.fixture(scope="session")
def within(rehearsal: Rehearsal) -> float:
    """Seconds after which a run has hung: 10, or more where the machine is busy just now."""
    began = time.monotonic()
    rehearsal.run("pytest lessons/01")
    return max(10, 5 * (time.monotonic() - began))


def running(rehearsal: Rehearsal) -> list[str]:
    """The processes that a run in this copy started, however they are related to it now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(rehearsal.folder) in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended meanwhile, or is another's
            continue
    return found


@pytest.fixture(autouse=True)
def nothing_is_left(rehearsal: Rehearsal) -> Iterator[None]:
    """After each test no process runs that it started, and no temporary folder is there."""
    if sys.platform != "linux":
        pytest.skip("/proc tells which processes are left")
    ours = rehearsal.folder.parent / "tmp"
    ours.mkdir(exist_ok=True)
    yield
    patience = time.monotonic() + 2
    while (left := running(rehearsal)) and time.monotonic() < patience:
        time.sleep(0.02)
    assert left == []
    assert list(ours.iterdir()) == []


@pytest.fixture
def scratch(rehearsal: Rehearsal) -> dict[str, str]:
    """A temporary folder of the run's own."""
    return {"TMPDIR": str(rehearsal.folder.parent / "tmp")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_code_that_does_harm_is_told_where(
    case: Case, rehearsal: Rehearsal, scratch: dict[str, str], within: float
) -> None:
    rehearsal.reset("01.0", [case.change])
    ran = rehearsal.run("pytest lessons/01 -x", variables=scratch, seconds=within)
    assert ran.complained == ""
    assert ran.status == 1
    for sentence in case.says:
        assert sentence in ran.printed
    where = next(line for line in ran.printed.splitlines() if line.startswith("  your code"))
    assert where.endswith(f"  {case.line}"), ran.printed
    assert len(ran.printed.splitlines()) <= 24
    assert ran.printed.splitlines()[-1].startswith("next ")


PROXY = "http://127.0.0.1:9"


def test_a_proxy_in_the_environment_changes_nothing(
    rehearsal: Rehearsal, scratch: dict[str, str]
) -> None:
    rehearsal.reset("01.1")
    names = "http_proxy", "https_proxy", "all_proxy"
    proxies = {way(name): PROXY for name in names for way in (str.lower, str.upper)}
    ran = rehearsal.run("pytest lessons/01 -k is_passed_on", variables={**scratch, **proxies})
    assert "✓ done         01.1" in ran.printed
    assert ran.status == 0


def refused(rehearsal: Rehearsal, within: float, sentence: str, *command: str) -> None:
    """Run `pytest lessons/01` inside another command; it can't begin, and says why."""
    done = subprocess.run(
        [*command, *rehearsal.command("pytest lessons/01")],
        cwd=rehearsal.folder,
        env=rehearsal.environment({"TMPDIR": str(rehearsal.folder.parent / "tmp")}),
        capture_output=True,
        encoding="utf-8",
        timeout=within,
    )
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == 4


def test_no_temporary_folder_is_to_be_had(rehearsal: Rehearsal, within: float) -> None:
    """As where every disk is full: no file can be written."""
    sentence = "no temporary folder can be had: none of the usual places can be written"
    refused(rehearsal, within, sentence, "sh", "-c", 'ulimit -f 0; exec "$@"', "sh")


NO_PORT = """
import socket, subprocess, sys
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as range:
    range.write("40000 40000")
with socket.create_server(("127.0.0.1", 40000)):
    sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


@pytest.fixture
def network() -> list[str]:
    """A command that runs another in a network of its own, in which nothing is connected."""
    command = ["unshare", "--net"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], stderr=-3).returncode:
        pytest.skip("this user can't make a network")
    return command


def test_no_port_is_to_be_had(rehearsal: Rehearsal, network: list[str], within: float) -> None:
    sentence = "no port of this machine can be had: Address already in use"
    refused(rehearsal, within, sentence, *network, sys.executable, "-c", NO_PORT)


def test_the_app_has_no_way_to_the_checks(
    rehearsal: Rehearsal, network: list[str], within: float
) -> None:
    sentence = "no process can be started for the app: OSError: [Errno 101] Network is unreachable"
    refused(rehearsal, within, sentence, *network)


def test_a_framework_is_not_installed(
    rehearsal: Rehearsal, scratch: dict[str, str], within: float, tmp_path: Path
) -> None:
    (tmp_path / "fastapi.py").write_text("raise ImportError('no fastapi here')")
    path = os.pathsep.join([str(tmp_path), str(rehearsal.folder)])
    variables = {**scratch, "PYTHONPATH": path}
    ran = rehearsal.run("pytest lessons/01", variables=variables, seconds=within)
    assert "no process can be started for the app: ImportError: no fastapi here" in ran.printed
    assert ran.status == 4


def interrupt(process: "subprocess.Popen[str]", within: float) -> tuple[str, str]:
    """What a run printed and complained of after Ctrl-C, which the whole group hears."""
    os.killpg(process.pid, signal.SIGINT)
    with process:
        return process.communicate(timeout=within)


def test_ctrl_c_while_a_check_waits(
    rehearsal: Rehearsal, scratch: dict[str, str], within: float, tmp_path: Path
) -> None:
    arrived = tmp_path / "arrived"
    code = f"pathlib.Path({str(arrived)!r}).touch()\nawait asyncio.sleep(60)"
    waits = Change("upstreams.py", task="01.1", code=code, imports="import pathlib")
    rehearsal.reset("01.0", [waits])
    process = rehearsal.begin("pytest lessons/01", variables=scratch)
    while not arrived.exists() and process.poll() is None:
        time.sleep(0.01)
    printed, complained = interrupt(process, within)
    assert complained == ""
    assert "Traceback" not in printed
    assert "notice       stopped before every check had run" in printed
    assert printed.splitlines()[-1].startswith("next ")
    assert process.returncode == 2


def test_ctrl_c_while_the_frameworks_are_imported(
    rehearsal: Rehearsal, scratch: dict[str, str], within: float
) -> None:
    rehearsal.reset("01.0")
    statuses = []
    for _ in range(3):  # Python itself loses an interrupt that comes during a callback of its own
        process = rehearsal.begin("pytest lessons/01", variables=scratch)
        while not any("nursery" in command for command in running(rehearsal)):
            time.sleep(0.01)
        interrupt(process, within)
        statuses.append(process.returncode)
        if process.returncode in (2, -signal.SIGINT):
            return
    raise AssertionError(f"it went on to its end each time: {statuses}")
