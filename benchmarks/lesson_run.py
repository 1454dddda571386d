"""How long a lesson's run takes, as a ratio: to importing what it needs and no more.

    uv run python benchmarks/lesson_run.py

The commands take turns, so that a busy minute slows all of them; the medians are compared. The
last one leaves out the comparison with the reference, which asks for more the longer an API is.
"""

import statistics
import sys

from turns import IMPORTS, PYTEST, seconds

ROUNDS = 5
SOLUTION = [PYTEST, "lessons/01", "--solution"]
COMMANDS = {
    "the imports alone": [sys.executable, "-c", IMPORTS],
    "pytest lessons/01": [PYTEST, "lessons/01"],
    "pytest lessons/01 --solution": SOLUTION,
    "… without the comparison": [*SOLUTION, "-k", "not same_as_reference"],
}
TARGETS = {"pytest lessons/01": 1.3, "… without the comparison": 1.6}


def main() -> None:
    for command in COMMANDS.values():
        seconds(command)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    base = statistics.median(taken["the imports alone"])
    for name, times in taken.items():
        ratio = statistics.median(times) / base
        target = f"  (at most {TARGETS[name]})" if name in TARGETS else ""
        print(f"{name:<30} {ratio:4.2f}{target}")  # noqa: T201


if __name__ == "__main__":
    main()
