"""What the benchmarks of whole commands share: how long one takes, and what it is compared with."""

import os
import shutil
import subprocess
import sysconfig
import time

from workshop.course import ROOT

PYTEST = shutil.which("pytest", path=sysconfig.get_path("scripts")) or "pytest"
IMPORTS = "import fastapi, sqlalchemy.ext.asyncio, aiosqlite, httpx, pytest, hypothesis"


def seconds(command: list[str], *, check: bool = False) -> float:
    """How long a command takes, with the bytecode that Python keeps by default."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=kept, stdout=subprocess.DEVNULL, check=check)
    return time.perf_counter() - began
