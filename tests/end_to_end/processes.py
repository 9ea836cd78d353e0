"""Odoo in processes of their own, for tests that end them or let them race.

They are forked, as Odoo's own workers are, from one that has loaded the registry.
"""

import multiprocessing
import os
import sys
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from dev import odoo

CONTEXT = multiprocessing.get_context("forkserver")
HERE = os.fspath(Path(__file__).parent)
# For a process that hangs; a busy machine only makes a test take longer.
PATIENCE = 600
# How a pipe ends, the second where the other side left something unread.
OVER = (EOFError, ConnectionResetError)


def preload(env, database: str) -> None:
    """Have the first process of this name load the registry for all others."""
    CONTEXT.set_forkserver_preload(["preloaded"])
    known = {**env, "PYTHONPATH": HERE, "PGDATABASE": database}
    with patch.dict(os.environ, known):
        forkserver.ensure_running()


def dismiss() -> None:
    """End that first process and its watcher, which no signal ends.

    Odoo's test classes wait ten seconds for every child that their process still has.
    """
    forkserver._forkserver._stop()
    resource_tracker._resource_tracker._stop()


class Host:
    """A process that runs a script in Odoo's shell, with some names of ours in it.

    The script says where it is by `tell(...)`, or by `ask(...)`, which then waits until
    `go_on` or `set_free`: who ends it or starts another meanwhile needs no clock.
    """

    def __init__(self, database: str, script: str, log: Path, **names) -> None:
        self.log = log
        self.said: list[str] = []
        self.pipe, theirs = CONTEXT.Pipe()
        call = (database, script, theirs, os.fspath(log), names)
        self.process = CONTEXT.Process(target=act, args=call)
        self.process.start()
        theirs.close()

    def hear(self) -> str:
        """What the process says next."""
        assert self.pipe.poll(PATIENCE), f"nothing is heard:\n{self.log.read_text()}"
        try:
            self.said.append(self.pipe.recv())
        except OVER:
            raise AssertionError(f"it is over:\n{self.log.read_text()}") from None
        return self.said[-1]

    def go_on(self) -> None:
        self.pipe.send(False)

    def set_free(self) -> None:
        """Let it go on here, and never wait again."""
        self.pipe.send(True)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def finish(self) -> list[str]:
        """All that it said until its end, which must be a good one."""
        try:
            while self.pipe.poll(PATIENCE):
                self.said.append(self.pipe.recv())
        except OVER:
            pass
        self.process.join(PATIENCE)
        log = self.log.read_text()
        bad = [line for line in odoo.read_log(log) if line["level"] in odoo.FAILURES]
        assert self.process.exitcode == 0 and not bad, log
        return self.said


def run(database: str, script: str, folder: Path, **names) -> list[str]:
    return Host(database, script, folder / "run.log", **names).finish()


def act(database: str, script: str, pipe: Connection, log: str, names: dict) -> None:
    """What the process does."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    from datetime import timedelta

    from odoo import SUPERUSER_ID, api, fields
    from odoo.fields import Command
    from odoo.modules.registry import Registry

    free = []

    def tell(*words) -> None:
        pipe.send(" ".join(map(str, words)))

    def ask(*words) -> None:
        tell(*words)
        if not free and pipe.recv():
            free.append(True)

    with Registry(database).check_signaling().cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        known = {"Command": Command, "fields": fields, "timedelta": timedelta}
        exec(script, {**known, **names, "env": env, "tell": tell, "ask": ask})
