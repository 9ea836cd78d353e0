"""Odoo in processes of their own, for tests that end them or let them race."""

import subprocess
import time

from dev import odoo

IMPORTS = """
import time
from datetime import timedelta
from odoo import fields
from odoo.fields import Command
"""


def command(database: str) -> list:
    return [*odoo.COMMAND, "shell", "-d", database, "--no-http"]


def shell(env, database: str, script: str) -> None:
    """Run a script in Odoo's shell to its end; an error in the log is a failure."""
    arguments = ("shell", "-d", database, "--no-http")
    odoo.batch(env, "processes", *arguments, input=IMPORTS + script, text=True)


def start(env, database: str, script: str, output, **variables) -> subprocess.Popen:
    """Run a script in Odoo's shell without waiting for it; it finds the variables in
    its environment."""
    process = subprocess.Popen(
        command(database),
        env={**env, **{name: str(value) for name, value in variables.items()}},
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process.stdin.write(IMPORTS + script)
    process.stdin.close()
    return process


def wait_for(condition, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
