"""A child that runs a learner's tests on one API. It isn't told which one that is."""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.host import nursery
from workshop.host.borrowed import Borrowed
from workshop.host.child import redirect

if TYPE_CHECKING:
    from workshop.host.observing import Observer

BUSY = 1.0
"""Seconds after which a test that is still asking says so."""

OPTIONS = {
    "addopts": "",
    "pythonpath": ".",
    "testpaths": "",
    "enable_assertion_pass_hook": "true",
}
"""What a learner's pytest.ini may say for a plain run, and not for this one."""


def run(port: int, token: str, printed: str) -> None:
    """Connect to the checks on `port` with `token`, be told what to run, tell what came of it."""
    redirect(printed)
    connection = socket.create_connection(("127.0.0.1", port), 5)
    connection.settimeout(None)
    tell = Teller(connection)
    tell({"token": token})
    with connection.makefile("r", encoding="utf-8") as told:
        job = json.loads(told.readline())
    gc.disable()  # it is over in a second or two, and has the memory
    os.chdir(job["home"])
    tempfile.tempdir = str(Path(job["home"]) / "temporary")
    os.mkdir(tempfile.tempdir)
    Borrowed(job["codes"], job["home"]).install()
    try_tests(job, tell)
    tell({"done": True})


class Teller:
    """Sends the checks a line of JSON at a time, from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lock = threading.Lock()

    def __call__(self, message: dict[str, Any]) -> None:
        with self.lock:
            self.connection.sendall(json.dumps(message).encode() + b"\n")


def say_busy(observer: Observer, tell: Teller) -> None:
    """Tell, now and then, that the tests go on asking: whoever asks hasn't hung."""
    asked = 0
    while True:
        threading.Event().wait(BUSY)
        if observer.asked != asked:
            asked = observer.asked
            tell({"busy": asked})


def try_tests(job: dict[str, Any], tell: Teller) -> None:
    """Run the tests of a job, in its order."""
    import _hypothesis_pytestplugin  # type: ignore[import-untyped]
    import anyio.pytest_plugin
    import pytest_asyncio.plugin
    from _pytest.config import ConftestImportFailure, _prepareconfig

    from workshop.host.observing import Observer
    from workshop.host.running import Runner

    tests = Path(job["home"]) / "tests"
    options = [f"--override-ini={name}={value}" for name, value in OPTIONS.items()]
    arguments = [str(tests), f"--rootdir={tests}", f"--basetemp={tempfile.tempdir}/pytest"]
    if (tests / "pytest.ini").is_file():
        arguments += ["-c", str(tests / "pytest.ini")]
    observer = Observer(tests, job["mute"])
    observer.install()
    threading.Thread(target=say_busy, args=(observer, tell), daemon=True).start()
    runner = Runner(job, tests, observer, tell)
    plugins = [_hypothesis_pytestplugin, anyio.pytest_plugin, pytest_asyncio.plugin, runner]
    try:
        config = _prepareconfig(
            [*arguments, *options, "-p", "no:cacheprovider", "--tb=no", "-q"], plugins
        )
    except ConftestImportFailure as failure:
        runner.unread("conftest.py", failure.cause)
    except Exception as error:
        runner.unread("pytest.ini", error)
    else:
        config.hook.pytest_cmdline_main(config=config)


def warm() -> nursery.Become:
    """Import what a trial imports."""
    import _hypothesis_pytestplugin  # noqa: F401
    import aiosqlite  # noqa: F401
    import anyio.pytest_plugin  # noqa: F401
    import fastapi.telemetry._runtime
    import fastapi.testclient  # noqa: F401
    import httpx  # noqa: F401
    import hypothesis  # noqa: F401
    import jose.jwt  # noqa: F401
    import pwdlib.hashers.argon2  # noqa: F401
    import pydantic_settings  # noqa: F401
    import pytest_asyncio.plugin  # noqa: F401
    import sqlalchemy.ext.asyncio  # noqa: F401
    from sqlalchemy.dialects.sqlite import aiosqlite as dialect  # noqa: F401

    from workshop.host import observing, running  # noqa: F401

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return lambda arguments: run(**arguments)


def main() -> None:
    """A trial started by itself, where forking is no way; else what trials are forked from."""
    if sys.argv[1:]:
        warm()(json.loads(sys.argv[1]))
    else:
        nursery.keep(warm, lambda: None)


if __name__ == "__main__":
    main()
