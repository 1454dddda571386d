"""A host: serve the learner's app and do what the checks ask, until they are gone."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from typing import Any

from workshop.host import compiled
from workshop.host.control import Channel, Control, listen
from workshop.host.guards import Guards, dump_stacks_to
from workshop.host.probes import Probes
from workshop.host.serving import Serving


def run(port: int, token: str, printed: str, stacks: str, probes: Probes) -> None:
    """Connect to the checks on `port` with `token`, and serve until they hang up.

    What the app prints goes to the file `printed`, a crash's stacks to `stacks`. Returns only
    when the learner's code raised SystemExit, which it passes on.
    """
    redirect(printed)
    dump_stacks_to(stacks)
    sys.dont_write_bytecode = True
    compiled.remember()
    connection = socket.create_connection(("127.0.0.1", port), 5)
    connection.settimeout(None)
    channel = Channel(connection)
    channel.tell({"token": token})
    guards = Guards(channel.tell)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    serving = Serving(probes, guards)
    control = Control(channel.tell, loop, serving, probes, threading.get_ident())
    threading.Thread(target=listen, args=(channel, control), daemon=True).start()
    guards.install()
    try:
        loop.run_forever()
    except SystemExit as error:
        lines = probes.folder.of_exception(error)
        channel.tell({"ending": "sys.exit", "lines": lines})
        raise


def redirect(printed: str) -> None:
    """Give the app no keyboard, and a file for what it prints."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115


def main(arguments: dict[str, Any]) -> None:
    """A host started by itself, where forking is no way: it imports the frameworks first."""
    probes = Probes()
    probes.listen()
    run(**arguments, probes=probes)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
