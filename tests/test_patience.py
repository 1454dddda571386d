"""A deadline passes while a machine runs, and not while it stands still."""

import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

import pytest

from workshop.patience import within

WAITS = """
import threading, time
from concurrent.futures import Future
from workshop.patience import within

answer = Future()

def answers():
    time.sleep(0.6)  # it ends while the process is stopped, so the answer comes after that
    time.sleep(0.3)
    answer.set_result("answered")

threading.Thread(target=answers).start()
print("waits", flush=True)
print(within(answer, 1.0), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that stops a process")
def test_an_answer_after_a_standstill_is_in_time() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "waits\n"
        one.send_signal(signal.SIGSTOP)
        time.sleep(2)
        one.send_signal(signal.SIGCONT)
        assert one.stdout.readline() == "answered\n"


def test_what_does_not_come_is_given_up() -> None:
    with pytest.raises(FutureTimeout):
        within(Future(), 0.3)


def test_what_goes_wrong_is_passed_on() -> None:
    failed: Future[None] = Future()
    failed.set_exception(TimeoutError("of its own"))
    with pytest.raises(TimeoutError, match="of its own"):
        within(failed, 1)
