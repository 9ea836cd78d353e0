"""Running Odoo itself."""

import itertools
import os
import re
import socket
from collections.abc import Mapping

from .commands import Problem, log_file, run
from .paths import PYTHON

COMMAND = (PYTHON, "-m", "odoo")
FAILURES = ("ERROR", "CRITICAL")
LINE = re.compile(r"^\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): (?P<text>.*)$")


def batch(env: Mapping[str, str], name: str, *arguments: str, script: str = "") -> str:
    """Have Odoo do something and stop; an error in its log is a failure.

    Returns the log, which is also kept under the given name.
    """
    command = [*COMMAND, *arguments]
    text = run(name, command, "see the log", env, input=script.encode())
    for line in read_log(text):
        # Odoo goes on without demo data that does not go in, and only warns.
        if line["level"] in FAILURES or "demo data failed" in line["text"]:
            told = f"Odoo said: {line['text'][:200]}"
            raise Problem(f"{told}: see the log ({log_file(name)})")
    return text


def shell(env: Mapping[str, str], name: str, database: str, script: str) -> str:
    """Run a script where Odoo's ``env`` is."""
    return batch(env, name, "shell", "-d", database, "--no-http", script=script)


def install(
    env: Mapping[str, str], name: str, database: str, modules: list[str], *flags: str
) -> None:
    """Install or update modules."""
    wanted = ",".join(modules)
    stop = ("--no-http", "--stop-after-init")
    batch(env, name, "-d", database, "-i", wanted, "-u", wanted, *stop, *flags)


def read_log(text: str) -> list[dict[str, str]]:
    """The lines of a log that Odoo wrote: level, logger and text."""
    found = map(LINE.match, text.splitlines())
    return [match.groupdict() for match in found if match]


def free_port() -> int:
    """A port for Odoo, which takes it seconds later.

    Not one of those that the system hands out, so that nobody has it by then; where
    to begin depends on the process, so that two at one time do not choose the same.
    """
    for port in itertools.count(10_000 + os.getpid() * 7 % 20_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
