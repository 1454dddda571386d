"""How long ten tests take on every API, as a ratio: to one plain run of the same ten.

    uv run python benchmarks/learner_tests.py

Both run the reference's tests. They take turns, so that a busy minute slows both.
"""

import statistics

from turns import PYTEST, seconds

ROUNDS = 3
TARGET = 6
PLAIN = [PYTEST, "solutions/07_tests/tests"]
GRADED = [PYTEST, "lessons/07", "--solution"]


def main() -> None:
    seconds(PLAIN, check=True)
    rounds = [(seconds(PLAIN, check=True), seconds(GRADED, check=True)) for _ in range(ROUNDS)]
    for plain, graded in rounds:
        print(f"plain {plain:5.1f} s, graded {graded:5.1f} s, {graded / plain:4.1f} times")  # noqa: T201
    ratio = statistics.median(graded / plain for plain, graded in rounds)
    print(f"{ratio:.1f} times  (at most {TARGET})")  # noqa: T201


if __name__ == "__main__":
    main()
