"""What the `workshop` command prints on every kind of terminal."""

import os
import re
import subprocess
import sys

import pytest

from workshop import copies, doctor, listing, reference, saying, status, words
from workshop.rehearsal import Rehearsal
from workshop.saying import Screen


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """A copy in which something is written, and kept."""
    rehearsal = Rehearsal(tmp_path_factory.mktemp("terminals") / "a copy of the course")
    rehearsal.reset("01.1")
    file = rehearsal.lesson.folder / "todo_api" / "upstreams.py"
    file.write_bytes(file.read_bytes().replace(b"response", b"answer"))
    copies.keep(rehearsal.lesson, copies.RUN, copies.mine(rehearsal.lesson))
    return rehearsal


def everything(rehearsal: Rehearsal, screen: Screen) -> None:
    """What the commands print that say more than a line."""
    lesson = rehearsal.lesson
    status.show(rehearsal.folder, screen)
    listing.show([lesson], False, screen)
    reference.diff(lesson, None, screen)
    reference.show(lesson, lesson.tasks[0], screen)
    for finding in (doctor.python(), doctor.packages(rehearsal.folder), doctor.console()):
        screen.item(words.FINE, "", f"{finding.what}: {finding.found}")
    screen.order("next", words.SPOILS.format(number="01.1"), "workshop show 01.1 --yes")


WHOLE = re.compile(r"(?:workshop|pytest) \S+(?: \S+)*$|\S+/\S+\.py(?::\d+)?", re.MULTILINE)
"""A command, which ends its line, or a path."""

CODE = re.compile(r"^[ +-] {4}|^(---|\+\+\+) ")


@pytest.mark.parametrize("width", [100, 80, 40])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_sentences_are_folded_and_no_command_or_path_is(
    width: int, encoding: str, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(rehearsal.folder)
    printed = {}
    for columns in (1000, width):
        monkeypatch.setattr(saying, "WIDTH", columns)
        monkeypatch.setenv("COLUMNS", str(columns))
        with (rehearsal.folder.parent / "printed").open("w+", encoding=encoding) as file:
            everything(rehearsal, Screen(file))
            file.seek(0)
            printed[columns] = file.read()
    wanted = WHOLE.findall(printed[1000])
    assert len(wanted) > 8
    assert sorted(WHOLE.findall(printed[width])) == sorted(wanted)
    for line in printed[width].splitlines():
        alone = len(line.split()) == 1 or WHOLE.fullmatch(line.strip())
        assert len(line) <= width or alone or CODE.match(line), line
    assert "\x1b" not in printed[width]
    sign = "+ fine" if encoding == "ascii" else "✓ fine"
    assert sign in printed[width]


def on_a_terminal(rehearsal: Rehearsal, columns: int, **variables: str) -> str:
    """What `workshop` prints on a real terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    dropped = {"COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM", "UV_RUN_RECURSION_DEPTH"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    process = subprocess.Popen(
        [sys.executable, "-c", "from workshop.cli import main; main()"],
        cwd=rehearsal.folder,
        env={**kept, "PYTHONPATH": str(rehearsal.folder), **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while part := read(mine):
        said += part
    os.close(mine)
    assert process.wait() == 0, said
    return said.decode().replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux tells that the other end is closed
        return b""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_real_terminal(rehearsal: Rehearsal) -> None:
    coloured = on_a_terminal(rehearsal, 80, TERM="xterm-256color")
    assert "\x1b[33m○ not started" in coloured
    plain = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert plain.startswith("✗ not yet      01     async: 0 of 4 tasks done\n")
    for variables in ({"TERM": "dumb"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}):
        plain = on_a_terminal(rehearsal, 40, **variables)
        assert "\x1b" not in plain
        assert max(map(len, plain.splitlines())) <= 40
        assert plain.endswith("\n  pytest lessons/01\n")
    assert on_a_terminal(rehearsal, 80, TERM="xterm", PYTHONIOENCODING="ascii").isascii()
