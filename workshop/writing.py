"""Files written whole or not at all: a kill or a full disk leaves what was there before."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Moved(Exception):
    """A file isn't any more what it was when it was last read."""


def write(root: Path, path: Path, content: bytes, *, executable: bool = False) -> None:
    """Write a file. Until it is whole it lies under `.workshop/`, where nothing reads it."""
    part = _part(root, path, content, executable)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
        raise


def overwrite(root: Path, path: Path, content: bytes, seen: bytes | None) -> None:
    """Write over a file that held `seen`, None if it wasn't there. Raises Moved if it changed."""
    part = _part(root, path, content, executable=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _still(path, seen)
        os.replace(part, path)
    except (OSError, Moved):
        os.unlink(part)
        raise


def remove(path: Path, seen: bytes) -> None:
    """Remove a file that held `seen`. Raises Moved if it holds something else by now."""
    _still(path, seen)
    os.unlink(path)


def _still(path: Path, seen: bytes | None) -> None:
    there = path.read_bytes() if path.exists() else None
    if there != seen:
        raise Moved(str(path))


def _part(root: Path, path: Path, content: bytes, executable: bool) -> Path:
    """A file with `content` on the disk, and the rights of the one whose place it will take."""
    parts = root / ".workshop" / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    part = parts / f"{os.getpid()}-{secrets.token_hex(4)}"
    handle = os.open(part, NEW, 0o777 if executable else 0o666)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(part, stat.S_IMODE(path.stat().st_mode))
    except OSError:
        os.unlink(part)
        raise
    return part
