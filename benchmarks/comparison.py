"""What the comparison with the reference costs, and whether it ever cries wolf.

    uv run python benchmarks/comparison.py
    uv run python benchmarks/comparison.py --runs 50 --at-once 4

The first prints the time of a whole run of the first lesson and of the last, as a ratio to the
bare imports; the commands take turns, and the medians are compared. The second compares references
with themselves, each time with another seed, several at once; it ends with 1 if one differed.
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from turns import PYTEST, compare

from workshop import oracle
from workshop.bench import Bench
from workshop.course import ROOT, lessons
from workshop.hosts import Hosts
from workshop.seen import Unmet
from workshop.stage import Stage

ROUNDS = 5
LESSONS = [lesson for lesson in lessons() if lesson.promise]
MOST = {"01": 2.2, "08": 4.5}
"""The ratios that a run may have."""


def measure(rounds: int) -> None:
    """Print the ratios."""
    commands, targets = {}, {}
    for lesson in (LESSONS[0], LESSONS[-1]):
        run = [PYTEST, f"lessons/{lesson.number}", "--solution"]
        commands[" ".join(["pytest", *run[1:]])] = run
        commands[f"{lesson.number} without the comparison"] = [*run, "-k", "not same_as_reference"]
        if lesson.number in MOST:
            targets[" ".join(["pytest", *run[1:]])] = MOST[lesson.number]
    compare(commands, targets, rounds)


def once(number: str, seed: int) -> str:
    """Compare a lesson's reference with itself: what differs, in words; nothing if nothing does."""
    lesson = next(lesson for lesson in LESSONS if lesson.number == number)
    hosts = Hosts()
    bench = Bench(hosts)
    yours, reference = (
        Stage(one, lesson, lesson.solution, logs_in=number >= "03")
        for one in (bench, bench.beside())
    )
    try:
        oracle.compare(lesson, yours, reference, 20, seed)
    except Unmet as unmet:
        return "\n".join([str(unmet), *(text for _, text in yours.scene.shown())])
    finally:
        reference.close()
        bench.close()
        hosts.close()
    return ""


def soak(runs: int, at_once: int) -> int:
    """Compare, each in a process of its own; how many found a difference."""

    def one(seed: int) -> subprocess.CompletedProcess[str]:
        number = LESSONS[seed % len(LESSONS)].number
        command = [sys.executable, __file__, "--lesson", number, "--seed", str(seed)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        ended = list(pool.map(one, range(1000, 1000 + runs)))
    wrong = [run for run in ended if run.returncode]
    for run in wrong:
        print(run.stdout, run.stderr)  # noqa: T201
    took = time.perf_counter() - began
    print(f"{runs} runs, {at_once} at once: {len(wrong)} found a difference; {took:.0f} s")  # noqa: T201
    return len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--lesson")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if asked.lesson:
        found = once(asked.lesson, asked.seed)
        print(found)  # noqa: T201
        return int(bool(found))
    if asked.runs:
        return int(soak(asked.runs, asked.at_once) > 0)
    measure(asked.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
