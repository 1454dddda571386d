"""Code compiled once in a process: each check imports the same files anew, and none is kept."""

from __future__ import annotations

import functools
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any


@functools.lru_cache(maxsize=256)
def compiled(source: bytes, path: str) -> CodeType:
    """What Python makes of a file's bytes. Raises SyntaxError, each time."""
    code: CodeType = compile(source, path, "exec", dont_inherit=True)
    return code


def remember() -> None:
    """Have imports compile a file's bytes once; a file that was changed is compiled again."""

    def source_to_code(_loader: Any, data: bytes, path: str, **_: Any) -> CodeType:
        return compiled(bytes(data), path)

    SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign,assignment]
