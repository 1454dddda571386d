"""How long the first lesson's run takes, as a ratio: to importing what it needs and no more.

    uv run python benchmarks/lesson_run.py

The last one leaves out the comparison with the reference, which asks for more the longer an API is.
"""

from turns import PYTEST, compare

ROUNDS = 5
SOLUTION = [PYTEST, "lessons/01", "--solution"]
COMMANDS = {
    "pytest lessons/01": [PYTEST, "lessons/01"],
    "pytest lessons/01 --solution": SOLUTION,
    "… without the comparison": [*SOLUTION, "-k", "not same_as_reference"],
}

if __name__ == "__main__":
    compare(COMMANDS, {"pytest lessons/01": 1.3, "… without the comparison": 1.6}, ROUNDS)
