"""Other processes: who listens on a port, which hosts were left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
HOSTS = ("workshop.host.nursery", "workshop.host.child", "workshop.host.trial")
OWNERS = ("python", "pytest", "workshop")
"""One of these is in the command of whoever started a host, as long as that one lives."""


@dataclass(frozen=True)
class Process:
    """A process, who started it, and with which command."""

    number: int
    parent: int
    command: str


def every() -> list[Process]:
    """All processes that can be seen; none on a system that isn't known here."""
    if (PROC / "self" / "stat").exists():
        return list(_in_proc())
    if sys.platform == "win32":
        return []
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True)
    rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
    return [Process(int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3]


def _in_proc() -> Iterator[Process]:
    for folder in PROC.glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            # The second field is the name in brackets, which may hold anything.
            after = (folder / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue  # it has ended meanwhile
        yield Process(int(folder.name), int(after[1]), command)


def left_behind() -> list[Process]:
    """Hosts whose checks are gone."""
    found = {process.number: process for process in every()}
    hosts = [one for one in found.values() if any(name in one.command for name in HOSTS)]
    return [one for one in hosts if not _owned(found.get(one.parent))]


def _owned(parent: Process | None) -> bool:
    return parent is not None and any(name in parent.command for name in OWNERS)


def holder(port: int) -> Process | None:
    """Who listens on a port; None where that can't be seen."""
    sockets = {f"socket:[{number}]" for number in _listening(port)}
    for process in every() if sockets else []:
        try:
            links = [str(link.readlink()) for link in (PROC / str(process.number) / "fd").iterdir()]
        except OSError:
            continue  # another user's
        if sockets.intersection(links):
            return process
    return None


def _listening(port: int) -> Iterator[str]:
    """The numbers of the sockets that listen on a port, from Linux's own tables."""
    for table in ("tcp", "tcp6"):
        try:
            rows = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
