"""How long ten tests take on every API, as a ratio: to one plain run of the same ten.

    uv run python benchmarks/learner_tests.py

Both run the reference's tests. They take turns, so that a busy minute slows both.
"""

import os
import shutil
import statistics
import subprocess
import sysconfig
import time

from workshop.course import ROOT

ROUNDS = 3
TARGET = 6
PYTEST = shutil.which("pytest", path=sysconfig.get_path("scripts")) or "pytest"
PLAIN = [PYTEST, "solutions/07_tests/tests"]
GRADED = [PYTEST, "lessons/07", "--solution"]


def seconds(command: list[str]) -> float:
    """How long a command takes, with the bytecode that Python keeps by default."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=kept, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> None:
    seconds(PLAIN)
    rounds = [(seconds(PLAIN), seconds(GRADED)) for _ in range(ROUNDS)]
    for plain, graded in rounds:
        print(f"plain {plain:5.1f} s, graded {graded:5.1f} s, {graded / plain:4.1f} times")  # noqa: T201
    ratio = statistics.median(graded / plain for plain, graded in rounds)
    print(f"{ratio:.1f} times  (at most {TARGET})")  # noqa: T201


if __name__ == "__main__":
    main()
