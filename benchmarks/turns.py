"""What the benchmarks of whole commands share: how long one takes, and what it is compared with."""

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

from workshop.course import ROOT

PYTEST = shutil.which("pytest", path=sysconfig.get_path("scripts")) or "pytest"
IMPORTS = "import fastapi, sqlalchemy.ext.asyncio, aiosqlite, httpx, pytest, hypothesis"
ALONE = "the imports alone"


def seconds(command: list[str], *, compiled: bool = True, check: bool = False) -> float:
    """How long a command takes: with the bytecode that Python keeps, or as where there is none."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as empty:
        if not compiled:
            variables |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": empty}
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, check=check)
        return time.perf_counter() - began


def compare(commands: dict[str, list[str]], targets: dict[str, float], rounds: int) -> None:
    """Print how long the commands take, as ratios to importing what they need and no more.

    They take turns, so that a busy minute slows all of them; the medians are compared. Imports are
    most of a run where nothing is compiled yet, and half as long where it is: both are shown.
    """
    commands = {ALONE: [sys.executable, "-c", IMPORTS], **commands}
    for compiled, when in ((False, "nothing compiled, as on the first run"), (True, "compiled")):
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(rounds + 1):
            for name, command in commands.items():
                one = seconds(command, compiled=compiled)
                if number:  # the first round fills the disk's cache
                    taken[name].append(one)
        base = statistics.median(taken[ALONE])
        print(f"{when}:")  # noqa: T201
        for name, times in taken.items():
            middle = statistics.median(times)
            target = f"  (at most {targets[name]})" if name in targets else ""
            print(f"  {name:<30} {middle / base:4.2f}  {middle:5.2f} s{target}", flush=True)  # noqa: T201
