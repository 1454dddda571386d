"""`workshop update`: what is new comes, what a learner changed stays, whatever git says of it."""

import os
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from workshop import copies, course, state, tiny, update, writing
from workshop.course import ROOT, Lesson, lessons
from workshop.saying import Screen

WHO = ["-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "core.autocrlf=false"]
MARKERS = (b"<<<<<<<", b">>>>>>>", b"|||||||")
NAMES = ("01", "02", "03")


def git(folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *WHO, *arguments], cwd=folder, env=kept, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Clone:
    """A learner's clone of a tiny course, and the course it came from."""

    def __init__(self, folder: Path) -> None:
        self.theirs = folder / "theirs"
        self.root = folder / "mine"
        self.theirs.mkdir()
        tiny.write(self.theirs, NAMES)
        (self.theirs / ".gitignore").write_text(".workshop/\n")
        (self.theirs / "run").write_text("old\n")
        (self.theirs / "gone").write_text("old\n")
        git(self.theirs, "init", "-q", "-b", "main")
        self.commit()
        git(folder, "clone", "-q", str(self.theirs), str(self.root))
        git(self.root, "config", "user.name", "ada")
        git(self.root, "config", "user.email", "ada@example.com")

    def commit(self) -> None:
        git(self.theirs, "add", "-A")
        git(self.theirs, "commit", "-q", "--allow-empty", "-m", "the course")

    def newer(self) -> None:
        """Every file of the course changes, one comes, one goes, one may be executed."""
        for number in NAMES:
            for name in ("main.py", "more/two.py"):
                file = self.theirs / f"solutions/{number}_name/todo_api/{name}"
                file.write_bytes(b"# newer\n" + file.read_bytes())
            file.with_name("new.py").write_bytes(b"NEW = 1\n")
        tiny.starters(self.theirs)
        (self.theirs / "gone").unlink(missing_ok=True)
        (self.theirs / "run").write_text("newer\n")
        (self.theirs / "run").chmod(0o755)
        self.commit()

    def lesson(self, number: str) -> Lesson:
        found = course.find(number, self.root)
        assert found is not None
        return found

    def mine(self, number: str, name: str = "main.py") -> Path:
        return self.root / f"lessons/{number}_name/todo_api/{name}"

    def update(self) -> tuple[bool, str]:
        out = StringIO()
        done = update.update(self.root, Screen(out))
        course.lessons.cache_clear()
        for path in self.root.rglob("*.py"):
            assert not any(marker in path.read_bytes() for marker in MARKERS), path
        return done, out.getvalue()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def same_as_theirs(clone: Clone, *but: str) -> None:
    """Every file is as the course has it, but for some."""
    for name in git(clone.theirs, "ls-files").split():
        if name not in but:
            assert (clone.root / name).read_bytes() == (clone.theirs / name).read_bytes(), name


def test_an_untouched_clone_becomes_the_newer_course(clone: Clone) -> None:
    clone.newer()
    done, said = clone.update()
    assert done
    assert said.startswith("Taken from origin/main: 20 files.")
    same_as_theirs(clone)
    assert not (clone.root / "gone").exists()
    assert os.access(clone.root / "run", os.X_OK)
    assert git(clone.root, "status", "--porcelain") == ""
    assert git(clone.root, "rev-parse", "HEAD") == git(clone.theirs, "rev-parse", "HEAD")
    assert clone.update() == (True, "Nothing is newer at origin/main.\n")


CHANGED = {
    "01": b"# mine\n",
    "02": b"mine, with lines that end as on Windows\r\n",
    "03": b"",
}


def change(clone: Clone) -> tuple[str, ...]:
    """A learner's file in each of three lessons, of both kinds."""
    for number, content in CHANGED.items():
        clone.mine(number).write_bytes(content)
    clone.mine("01", "mine.py").write_bytes(b"MINE = 1\n")
    return tuple(f"lessons/{number}_name/todo_api/main.py" for number in CHANGED)


def still_mine(clone: Clone) -> None:
    assert {number: clone.mine(number).read_bytes() for number in CHANGED} == CHANGED
    assert clone.mine("01", "mine.py").read_bytes() == b"MINE = 1\n"


def test_files_changed_in_three_lessons_stay(clone: Clone) -> None:
    names = change(clone)
    clone.newer()
    done, said = clone.update()
    assert done
    assert "\n".join(f"  {name}" for name in names) in said
    still_mine(clone)
    same_as_theirs(clone, *names)
    status = git(clone.root, "status", "--porcelain").splitlines()
    assert status == [*(f" M {name}" for name in names), "?? lessons/01_name/todo_api/mine.py"]
    # The whole lesson as it was comes back, whatever came beside the learner's file.
    copy = copies.kept(clone.lesson("01"))[-1]
    assert copy.why == "update"
    assert copies.contents(copy)["todo_api/main.py"] == CHANGED["01"]


@pytest.mark.parametrize("staged", [True, False])
def test_committed_and_staged_work_stays_and_is_joined(clone: Clone, staged: bool) -> None:
    names = change(clone)
    git(clone.root, "add", "-A")
    if not staged:
        git(clone.root, "commit", "-q", "-m", "my work")
    clone.newer()
    done, said = clone.update()
    assert done
    assert all(name in said for name in names)
    still_mine(clone)
    same_as_theirs(clone, *names)
    theirs = git(clone.theirs, "rev-parse", "HEAD").strip()
    git(clone.root, "merge-base", "--is-ancestor", theirs, "HEAD")
    status = git(clone.root, "status", "--porcelain").splitlines()
    mine = [*(f"M  {name}" for name in names), "A  lessons/01_name/todo_api/mine.py"]
    assert sorted(status) == sorted(mine if staged else [])
    assert clone.update() == (True, "Nothing is newer at origin/main.\n")
    clone.newer()
    assert clone.update()[0]
    still_mine(clone)


def test_what_stands_in_the_way_stays(clone: Clone) -> None:
    new = clone.mine("03", "more/new.py")
    new.write_bytes(b"mine, of the same name\n")
    gone = clone.root / "gone"
    gone.write_text("mine\n")
    run = clone.root / "run"
    run.unlink()
    run.mkdir()
    clone.mine("02").unlink()
    clone.newer()
    done, said = clone.update()
    assert done
    assert new.read_bytes() == b"mine, of the same name\n"
    assert gone.read_text() == "mine\n"
    assert run.is_dir()
    assert not clone.mine("02").exists()
    stays = [
        "gone",
        "run",
        "lessons/02_name/todo_api/main.py",
        "lessons/03_name/todo_api/more/new.py",
    ]
    assert all(f"  {name}\n" in said for name in stays)


def test_a_course_that_differs_only_where_mine_does_takes_nothing(clone: Clone) -> None:
    clone.newer()
    clone.mine("01").write_bytes(
        (clone.theirs / clone.mine("01").relative_to(clone.root)).read_bytes()
    )
    done, said = clone.update()
    assert done
    assert "stay as you have them" not in said
    assert git(clone.root, "status", "--porcelain") == ""


class Stop(BaseException):
    pass


@pytest.mark.parametrize("committed", [True, False])
def test_killed_at_any_write_it_is_done_by_the_next(
    clone: Clone, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = change(clone)
    if committed:
        git(clone.root, "add", "-A")
        git(clone.root, "commit", "-q", "-m", "my work")
    clone.newer()
    replace: Callable[..., None] = os.replace
    left = 0

    def stop(*arguments: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Stop
        replace(*arguments)

    monkeypatch.setattr(writing.os, "replace", stop)
    for left in range(0, 30, 3):  # noqa: B007  # `stop` counts it down
        try:
            clone.update()
        except Stop:
            course.lessons.cache_clear()
        still_mine(clone)
    monkeypatch.undo()
    assert clone.update()[0]
    still_mine(clone)
    same_as_theirs(clone, *names)


def test_what_cannot_be_done_changes_nothing(clone: Clone, tmp_path: Path) -> None:
    before = git(clone.root, "rev-parse", "HEAD")
    clone.newer()
    clone.theirs.rename(tmp_path / "elsewhere")
    done, said = clone.update()
    assert not done
    assert said.startswith("git could not do it: ")
    (tmp_path / "elsewhere").rename(clone.theirs)
    (clone.root / ".git" / "MERGE_HEAD").write_text(before)
    done, said = clone.update()
    assert not done
    assert said.startswith("A merge or a rebase is under way here.")
    (clone.root / ".git" / "MERGE_HEAD").unlink()
    git(clone.root, "remote", "rename", "origin", "somewhere")
    assert clone.update()[1].startswith("This clone has no remote called origin")
    assert git(clone.root, "rev-parse", "HEAD") == before
    (clone.root / ".git").rename(tmp_path / "no git")
    assert clone.update()[1].startswith("This is no clone")


def test_lessons_that_were_done_are_told_with_what_changed(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they pass is asked of the newer course's own pytest, which is stood in for here."""
    remembered = state.load(clone.root)
    done = {"01.1": "done", "01.2": "done"}
    remembered.tried["01"] = state.Tried("2026-01-01T00:00:00+00:00", "", True, done)
    remembered.tried["02"] = state.Tried("2026-01-01T00:00:00+00:00", "", False, {})
    state.save(clone.root, remembered)
    clone.newer()
    run = subprocess.run
    asked = []

    def stand_in(command: list[str], **more: Any) -> Any:
        if command[0] == "git":
            return run(command, **more)
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(update.subprocess, "run", stand_in)
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    _, said = clone.update()
    assert asked == ["lessons/01"]
    assert "Lesson 01, which you have done, changed: reference, start." in said
    assert "01     yours no longer passes every check\n" in said
    assert "what is missing: pytest lessons/01" in said


@pytest.mark.slow
def test_from_an_older_commit_of_this_repository(tmp_path: Path) -> None:
    """The oldest that has three lessons; in each of the three a file is changed."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    course_now = tmp_path / "course"
    git(tmp_path, "clone", "-q", "--bare", str(ROOT), str(course_now))
    older = ""
    for commit in git(ROOT, "rev-list", "--first-parent", "HEAD").split():
        names = git(ROOT, "ls-tree", "--name-only", commit, "lessons/").split()
        if len(names) < 3:
            break
        older = commit
    if not older:
        pytest.skip("no older commit has three lessons")
    mine = tmp_path / "mine"
    git(tmp_path, "clone", "-q", str(course_now), str(mine))
    git(mine, "reset", "-q", "--hard", older)
    changed = {}
    for lesson in lessons(mine)[:3]:
        for file in sorted((lesson.folder / "todo_api" / "routes").glob("*.py"))[-1:]:
            file.write_bytes(file.read_bytes() + b"# mine\n")
            changed[file] = file.read_bytes()
    assert len(changed) == 3
    out = StringIO()
    assert update.update(mine, Screen(out)), out.getvalue()
    course.lessons.cache_clear()
    assert {file: file.read_bytes() for file in changed} == changed
    assert git(mine, "rev-parse", "HEAD") == git(course_now, "rev-parse", "HEAD")
    status = git(mine, "status", "--porcelain").splitlines()
    assert status == sorted(f" M {file.relative_to(mine).as_posix()}" for file in changed)
    for path in mine.rglob("*.py"):
        assert not any(line.startswith(MARKERS) for line in path.read_bytes().splitlines())
