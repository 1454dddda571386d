"""The learner's app served, and what may keep the course from running."""

import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest

from workshop import copies, doctor, processes
from workshop.asked import NOT_YET
from workshop.rehearsal import Rehearsal


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path / "a copy of the course")


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
    assert gone(family)


def gone(family: list[processes.Process]) -> bool:
    """Whether all of them end, within a moment."""
    for _ in range(100):
        if not set(family) & set(processes.every()):
            return True
        time.sleep(0.05)
    return False


def test_a_taken_port_is_named_with_who_holds_it(rehearsal: Rehearsal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = rehearsal.run(f"workshop serve 01 --port {port}")
    told = ran.printed
    assert ran.status == NOT_YET
    assert f"Port {port} is taken, by " in told
    if sys.platform == "linux":
        assert f"process {os.getpid()}, " in told
    assert re.search(r"^next .*workshop serve 01 --port \d+$", told, re.MULTILINE)


def test_a_doctor_finds_what_is_wrong(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, lesson = rehearsal.folder, rehearsal.lesson
    copies.keep(lesson, copies.RUN, copies.mine(lesson))
    assert doctor.kept(root).found == "1 kept, all can be brought back"
    (root / ".workshop" / "files" / copies.kept(lesson)[0].files["todo_api/main.py"]).unlink()
    assert doctor.kept(root).found.startswith("todo_api/main.py of copy 01-1 is missing")

    project = root / "pyproject.toml"
    told = project.read_text("utf-8")
    assert doctor.packages(root).fine
    project.write_text(re.sub(r'"typer==[\d.]+"', '"typer==0.0.1"', told), "utf-8")
    assert doctor.packages(root).command == "uv sync --inexact"

    assert doctor.editor(root).fine
    settings = root / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{\n  // mine\n  "python.defaultInterpreterPath": "/usr/bin/python2"\n}')
    assert doctor.editor(root).command == sys.executable

    assert doctor.writing_here(root).fine
    (root / ".workshop").rename(root / "elsewhere")
    (root / ".workshop").write_text("a file where the folder would be")
    assert not doctor.writing_here(root).fine

    (root / ".venv").mkdir()
    assert doctor.environment(root).command == "uv run workshop doctor"

    left = processes.Process(7, 1, "python -P -m workshop.host.nursery")
    owned = processes.Process(8, 9, "python -P -m workshop.host.nursery")
    owner = processes.Process(9, 1, "python -m pytest lessons/01")
    monkeypatch.setattr(processes, "every", lambda: [left, owned, owner])
    assert doctor.leftovers().command.endswith(" 7")

    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 4))
    assert not doctor.python().fine
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    assert not doctor.git(root).fine


def test_a_doctor_finds_nothing_where_nothing_is_wrong(rehearsal: Rehearsal) -> None:
    """But for what this machine may have, each thing is fine."""
    told = rehearsal.run("workshop doctor").printed
    found = dict(re.findall(r"^. (?:fine|to mend) +([\w' ]+): (.*)$", told, re.MULTILINE))
    assert list(found)[:6] == [
        "Python",
        "environment",
        "packages",
        "write access",
        "copies",
        "app's process",
    ]
    assert len(found) == 11
    assert found["app's process"] == "starts, and answers over a local connection"
    mended = re.findall(r"^✗ to mend +([\w' ]+):", told, re.MULTILINE)
    assert set(mended) <= {"port 8000", "left behind"}, told
