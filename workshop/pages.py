"""Pages whose code is cut from tested files and whose outputs come from commands.

A comment before a fenced block says where the block comes from:

    <!-- code: solutions/01_async/todo_api/routes/todos.py list_todos delete_todo -->
    <!-- output: pytest lessons/01 -->

`render` writes the blocks anew; a page that is up to date comes out as it went in.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from workshop import build, regions
from workshop.course import lessons

BLOCK = re.compile(
    r"^<!-- (?P<kind>code|output): (?P<what>.*?) -->\n```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def pages(root: Path) -> list[Path]:
    """Every page that has blocks to keep true."""
    found = [*root.glob("*.md"), *root.glob("lessons/*/README.md"), *root.glob("solutions/*/*.md")]
    return sorted(found)


def render(text: str, root: Path, run: Callable[[str], str], only: str = "") -> str:
    """A page with its blocks written anew, or `only` a command's; `run` gives what one prints."""

    def block(match: re.Match[str]) -> str:
        kind, what = match["kind"], match["what"]
        if only not in ("", what):
            return match[0]
        body = cut(root, what) if kind == "code" else f"$ {what}\n{run(what)}"
        return f"<!-- {kind}: {what} -->\n```{match['language']}\n{body.rstrip()}\n```"

    return BLOCK.sub(block, text)


def cut(root: Path, what: str) -> str:
    """Functions or classes of a file, with their decorators; the whole file where none is named."""
    file, *names = what.split()
    source = regions.plain((root / file).read_text(encoding="utf-8"))
    if not names:
        return source
    lines = source.splitlines()
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.setdefault(node.name, "\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n\n".join(found[name] for name in names)


def copy(root: Path, folder: Path) -> None:
    """The course as a clone would have it, with this checkout's files and untouched starters."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    for lesson in lessons(folder):
        build.write(build.starter(lesson), lesson.folder, lesson.holds)


def runner(folder: Path) -> Callable[[str], str]:
    """Runs a page's command in a copy of the course, as a learner in a terminal would."""

    def run(command: str) -> str:
        program, *arguments = shlex.split(command)
        start = [sys.executable] if program == "python" else [sys.executable, "-m", program]
        if program == "workshop":
            start = [sys.executable, "-c", "from workshop.cli import main; main()"]
        mine = {k: v for k, v in os.environ.items() if k != "UV_RUN_RECURSION_DEPTH"}
        done = subprocess.run(
            [*start, *arguments],
            cwd=folder,
            env={**mine, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
        )
        return done.stdout

    return run
