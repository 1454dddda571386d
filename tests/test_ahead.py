"""The host that imports the app for the next check: it saves the time, and changes nothing else."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from workshop import course
from workshop.bench import Bench
from workshop.host.traffic import Traffic
from workshop.hosts import Hosts
from workshop.stage import NotStarted, Stage

lesson = course.find("01")
assert lesson is not None
LESSON = lesson

AT_IMPORT = """
import os, pathlib, sys, time
here = pathlib.Path(__file__).parents[1]
with (here / "imports").open("a") as file:
    file.write(f"{os.getpid()}\\n")
if (here / "breaks").exists():
    exec((here / "breaks").read_text())
"""


class Course:
    """An app that writes down each import of itself, and the stages of checks on it."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.folder = folder
        self.bench = bench
        shutil.copytree(LESSON.solution / "todo_api", folder / "todo_api")
        with (folder / "todo_api/main.py").open("a") as file:
            file.write(AT_IMPORT)

    def imports(self) -> int:
        file = self.folder / "imports"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def stage(self) -> Stage:
        return Stage(self.bench, LESSON, self.folder, logs_in=False)

    def check(self) -> None:
        stage = self.stage()
        assert stage.start().get("/health/live").status == 200
        stage.close()

    def wait(self, imports: int) -> None:
        """Until what is prepared has been asked for, and so many imports have begun."""
        assert self.bench.ahead is not None
        assert self.bench.ahead.coming is not None
        self.bench.ahead.coming.result(60)
        for _ in range(1000):
            if self.imports() == imports:
                return
            time.sleep(0.01)
        raise AssertionError(f"{self.imports()} imports, not {imports}")


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    hosts = Hosts()
    yield hosts
    hosts.close()


@pytest.fixture
def app(tmp_path: Path, hosts: Hosts) -> Iterator[Course]:
    """An app whose third check has its import behind it."""
    bench = Bench(hosts, ahead=True)
    app = Course(tmp_path, bench)
    app.check()
    assert app.imports() == 1, "a run of one check imports once"
    app.check()
    app.wait(3)
    yield app
    bench.close()


def test_a_check_starts_what_was_imported_while_the_last_one_ran(app: Course) -> None:
    stage = app.stage()
    app.wait(4)  # for the fourth one's
    one = stage.start()
    assert one.get("/health/live").status == 200
    assert one.opened_early == "not opened"
    app.stage().start()
    app.wait(5)
    assert len(set((app.folder / "imports").read_text().split())) == 2, "in two processes"


def test_what_is_saved_in_between_is_what_is_graded(app: Course) -> None:
    main = app.folder / "todo_api/main.py"
    main.write_text(main.read_text() + '\nraise RuntimeError("just saved")\n')
    with pytest.raises(NotStarted) as caught:
        app.stage().start()
    assert caught.value.told["error"]["text"] == "just saved"


@pytest.mark.parametrize(
    ("breaks", "stage", "says"),
    [
        ('raise RuntimeError("in vain")', "import", "in vain"),
        ('sys.exit("in vain")', "import", "in vain"),
        ("while True: pass", "silent", "main.py"),
        ("os._exit(3)", "gone", "exit code 3"),
    ],
)
def test_what_breaks_ahead_is_told_by_the_check_that_it_was_for(
    app: Course, breaks: str, stage: str, says: str
) -> None:
    (app.folder / "breaks").write_text(breaks)
    third = app.stage()  # its own import is whole; the next one's isn't
    app.wait(4)
    assert third.start().get("/health/live").status == 200
    fourth = app.stage()
    with pytest.raises(NotStarted) as caught:
        fourth.start()
    assert caught.value.told["stage"] == stage
    assert says in str(caught.value.told | {"unmet": str(caught.value.told.get("unmet"))})


def test_what_is_printed_belongs_to_the_check_that_it_was_for(app: Course) -> None:
    (app.folder / "breaks").write_text('print("read", len((here / "imports").read_text()))')
    app.stage()
    app.wait(4)
    fourth = app.stage()
    fourth.start()
    assert len([line for line in fourth.host.printed() if line.startswith("read")]) == 1


def test_nothing_is_born_after_the_end(tmp_path: Path) -> None:
    hosts = Hosts(fork=False)
    bench = Bench(hosts, ahead=True)
    app = Course(tmp_path, bench)
    app.check()
    app.stage()
    bench.close()
    hosts.close()
    processes = list(hosts.births.processes.values())  # type: ignore[attr-defined]
    assert processes
    assert all(process.poll() is not None for process in processes)
    assert not Path(hosts.folder.name).exists()


def test_what_an_app_leaves_behind_counts_for_no_other() -> None:
    traffic = Traffic()
    traffic.listen()
    engine = create_engine("sqlite://")
    left = engine.connect()
    assert traffic.connections == {"opened": 1, "closed": 0, "out": 1}
    traffic.clear()
    left.close()
    engine.dispose()
    assert traffic.connections == {"opened": 0, "closed": 0, "out": 0}


def test_a_hash_takes_little_memory_and_is_as_right() -> None:
    script = """
from pwdlib import PasswordHash
from workshop.host.hashing import with_little_memory
with_little_memory()
hasher = PasswordHash.recommended()
made = hasher.hash("correct horse")
print(made, hasher.verify("correct horse", made), hasher.verify("wrong", made))
"""
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "$argon2id$" in told.stdout
    assert "m=32,t=3,p=4" in told.stdout
    assert told.stdout.endswith("True False\n")
