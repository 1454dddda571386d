"""The hosts that the checks of a run use: one at hand, and one that gets the next start ready."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.births import FORKS, Lacking
from workshop.course import Lesson
from workshop.hosts import Gone, Host, Hosts, Refused, Silent
from workshop.trials import Trials

ENDS_WITHIN = 1.0
"""Seconds that an app may take to stop; a new host costs less than that."""


@dataclass(frozen=True)
class Source:
    """What an app is imported from: a folder, as it was, and where the names are in it."""

    code: str
    names: dict[str, str]
    written: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, lesson: Lesson, code: Path) -> Source:
        """The app in the folder `code`, as it is now."""
        written = []
        for file in sorted(code.glob("todo_api/**/*.py")):
            with suppress(FileNotFoundError):  # an editor is about to put the new one there
                stat = file.stat()
                written.append((str(file), stat.st_mtime_ns, stat.st_size))
        return cls(str(code), lesson.names, tuple(written))

    def told(self, early: Path) -> dict[str, Any]:
        """What a host must know to import it, with its database at `early` meanwhile."""
        before = {"TODO_DATABASE_URL": f"sqlite+aiosqlite:///{early}"}
        return {"code": self.code, "names": self.names, "source": repr(self), "before": before}


@dataclass(frozen=True)
class Spare:
    """A host that imports an app, or has done so; `early` is where its database was by then."""

    host: Host
    source: Source
    early: Path


class Ahead:
    """One host beside the one that the checks use; it imports while they run.

    An import is most of a start, and all of it is work for another processor.
    """

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts
        self.pool = ThreadPoolExecutor(1)
        self.coming: Future[Spare | None] | None = None

    def take(self) -> Spare | None:
        """The spare host, if it is there by now; it isn't waited for."""
        if self.coming is None or not self.coming.done():
            return None
        coming, self.coming = self.coming, None
        spare = coming.result()
        return spare if spare and spare.host.alive else None

    def prepare(self, host: Host | None, source: Source) -> None:
        """Have `host`, which is no longer needed, import an app; or a new one where it is None."""
        if self.coming is None:
            self.coming = self.pool.submit(self._prepare, host, source)

    def close(self) -> None:
        """Leave what is under way; its host ends with the others."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, host: Host | None, source: Source) -> Spare | None:
        try:
            if host is not None:
                host.ask("clear", ENDS_WITHIN)
            else:
                host = self.hosts.bear()
            early = self.hosts.database().with_name("early.db")
            host.begin()
            host.send("prepare", **source.told(early))
        except (Silent, Gone, Refused, Lacking, OSError):
            if host is not None:
                host.kill()
            return None
        return Spare(host, source, early)


class Bench:
    """The host that the checks of a run use, one after the other; a new one where it ended."""

    def __init__(
        self, hosts: Hosts, *, inside: bool = False, forks: bool = FORKS, ahead: bool = False
    ) -> None:
        """`inside`, the host is a thread of this process, where a keyboard reaches it.

        Where forking isn't safe nothing `forks`: children are started one by one. With `ahead` a
        second host imports the same app for the next check while one runs.
        """
        self.forks = forks
        self.hosts = hosts
        self.inside = inside
        self.host: Host | None = None
        self.early: Path | None = None
        self.ahead = Ahead(hosts) if ahead and not inside else None
        self.clears = True
        self.other: Bench | None = None
        self._trials: Trials | None = None

    @property
    def trials(self) -> Trials:
        """Where a learner's tests are run on other APIs. Raises Lacking."""
        if self._trials is None:
            self._trials = Trials(fork=self.forks)
        return self._trials

    def beside(self) -> Bench:
        """Another one, for an app to compare with."""
        if self.other is None:
            self.other = Bench(self.hosts, inside=self.inside)
        return self.other

    def ready(self, source: Source | None = None) -> Host:
        """A host with no app in it, or with that of `source` imported; `early` says which.

        Raises Lacking.
        """
        spare = self.ahead.take() if self.ahead and source else None
        begun = self.host is not None
        if spare and spare.source == source:
            unneeded, self.host, self.early = self.host, spare.host, spare.early
        else:
            unneeded = spare.host if spare else None
            self.host, self.early = self._cleared(), None
            self.host.begin()
        if self.ahead and source and begun:  # a run of one check needs no second host
            self.ahead.prepare(unneeded, source)
        return self.host

    def _cleared(self) -> Host:
        if self.host is not None and self.host.alive:
            try:
                if not self.clears:
                    raise Silent
                self.host.ask("clear", ENDS_WITHIN)
                return self.host
            except (Silent, Gone, Refused):
                # An app that doesn't stop would cost a second each check; a new host costs less.
                self.clears = False
                self.host.kill()
        if self.inside:
            from workshop.inside import ThreadHost  # it imports the frameworks

            return ThreadHost()
        return self.hosts.bear()

    def close(self) -> None:
        if self.host is not None:
            self.host.kill()
        self.host = None
        if self.ahead is not None:
            self.ahead.close()
        if self.other is not None:
            self.other.close()
        if self._trials is not None:
            self._trials.close()
        self._trials = None
