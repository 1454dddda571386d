"""The clone of the course, through git's plumbing: no file that is worked on is touched here."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workshop import words

NOTHING = "0" * 40
MESSAGE = "Take a newer course"


class Failed(Exception):
    """Git, or the clone, can't do what is asked; the text says why."""


@dataclass(frozen=True)
class Entry:
    """What a path holds in a commit: its rights and git's number for its content."""

    mode: str
    number: str


@dataclass(frozen=True)
class Change:
    """A path that differs between two commits; None where one hasn't got it."""

    name: str
    old: Entry | None
    new: Entry | None


class Repository:
    """A clone at `root`. What git refuses is raised as Failed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        if not (root / ".git").exists():
            raise Failed(words.NOT_A_CLONE)
        top = self.line("rev-parse", "--show-toplevel")
        if Path(top).resolve() != root.resolve():
            raise Failed(words.INSIDE_ANOTHER.format(folder=top))

    def git(self, *arguments: str, given: bytes = b"", **variables: str) -> bytes:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_DIR")}
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                env={**kept, **variables},
                input=given,
                capture_output=True,
            )
        except OSError as error:
            raise Failed(words.GIT_FAILED.format(error=error.strerror)) from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise Failed(words.GIT_FAILED.format(error=said[-1] if said else arguments[0]))
        return done.stdout

    def line(self, *arguments: str) -> str:
        return self.git(*arguments).decode().strip()

    def maybe(self, *arguments: str) -> str | None:
        """What git answers, None where it refuses."""
        try:
            return self.line(*arguments)
        except Failed:
            return None

    def busy(self) -> bool:
        """Whether a merge or a rebase is under way."""
        names = "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"
        paths = (self.root / self.line("rev-parse", "--git-path", name) for name in names)
        return any(path.exists() for path in paths) or bool(self.line("ls-files", "--unmerged"))

    def fetch(self) -> tuple[str, str]:
        """Ask the remote for what is new: the name of the branch there, and its commit.

        A fork has the course as `upstream`; anyone else has it as `origin`.
        """
        remotes = self.line("remote").split()
        remote = next((name for name in ("upstream", "origin") if name in remotes), None)
        if remote is None:
            raise Failed(words.NO_REMOTE)
        self.git("fetch", "--quiet", remote)
        for name in (f"{remote}/HEAD", "@{upstream}", f"{remote}/main", f"{remote}/master"):
            commit = self.maybe("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            if commit is not None:
                return self.line("rev-parse", "--abbrev-ref", name), commit
        raise Failed(words.NO_BRANCH.format(remote=remote))

    def has(self, commit: str, ancestor: str) -> bool:
        return self.maybe("merge-base", "--is-ancestor", ancestor, commit) is not None

    def changes(self, old: str, new: str) -> list[Change]:
        """The paths that differ between two commits or trees."""
        told = self.git("diff-tree", "-r", "-z", "--no-renames", "--raw", old, new)
        fields = told.decode(errors="surrogateescape").split("\0")
        found = []
        for about, name in zip(fields[::2], fields[1::2], strict=False):
            modes = about.removeprefix(":").split()
            before, after = Entry(modes[0], modes[2]), Entry(modes[1], modes[3])
            found.append(Change(name, _entry(before), _entry(after)))
        return found

    def contents(self, entries: Iterable[Entry | None]) -> dict[str, bytes]:
        """What is in the files with these numbers."""
        numbers = sorted({entry.number for entry in entries if entry is not None})
        told = self.git("cat-file", "--batch", given="".join(f"{n}\n" for n in numbers).encode())
        found = {}
        for number in numbers:
            head, _, told = told.partition(b"\n")
            size = int(head.split()[2])
            found[number], told = told[:size], told[size + 1 :]
        return found

    def joined(self, mine: str, theirs: str) -> str:
        """A commit with all that is new in `theirs`, but what `mine` changed is as in `mine`."""
        base = self.line("merge-base", mine, theirs)
        kept = self.changes(base, mine)
        with tempfile.TemporaryDirectory() as folder:
            index = str(Path(folder) / "index")
            self.git("read-tree", theirs, GIT_INDEX_FILE=index)
            self._set({change.name: change.new for change in kept}, GIT_INDEX_FILE=index)
            tree = self.git("write-tree", GIT_INDEX_FILE=index).decode().strip()
        return self.line("commit-tree", tree, "-p", mine, "-p", theirs, "-m", MESSAGE)

    def both_changed(self, mine: str, theirs: str) -> list[str]:
        """The paths that differ and that each side has changed since they were one."""
        base = self.line("merge-base", mine, theirs)
        names = [
            {c.name for c in self.changes(old, new)}
            for old, new in ((base, mine), (base, theirs), (mine, theirs))
        ]
        return sorted(set.intersection(*names))

    def move(self, old: str, new: str) -> None:
        """Make `new` the commit that is worked on; what was staged stays staged."""
        staged = {}
        listed = self.git("ls-files", "--stage", "-z").decode(errors="surrogateescape")
        for row in listed.split("\0"):
            about, _, name = row.partition("\t")
            if name:
                mode, number, _ = about.split()
                staged[name] = Entry(mode, number)
        changes = self.changes(old, new)
        self._set({c.name: c.new for c in changes if staged.get(c.name) == c.old})
        # Last: until here the same command begins anew, and finds half of its work done.
        self.git("update-ref", "-m", MESSAGE, "HEAD", new, old)
        self.maybe("update-index", "-q", "--refresh")

    def _set(self, entries: dict[str, Entry | None], **variables: str) -> None:
        """Write entries into the index; None takes one out."""
        rows = [
            f"{entry.mode} {entry.number}\t{name}" if entry else f"0 {NOTHING}\t{name}"
            for name, entry in entries.items()
        ]
        given = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
        self.git("update-index", "--replace", "-z", "--index-info", given=given, **variables)


def _entry(entry: Entry) -> Entry | None:
    return None if entry.mode == "000000" else entry
