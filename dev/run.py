"""``make run``: a database with our add-ons, served until Ctrl-C."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from . import addons, odoo
from .commands import Problem, chosen, die_with_parent, explained, log_file, step
from .database import Server, ground

MADE_BY_US = "customer suite"
SAMPLE = "from dev import sample\nsample.load(env)\nenv.cr.commit()\n"


def run() -> int:
    database = os.environ.get("DB") or "crm"
    port = choose_port()
    with ground() as server:
        bring_database(server, database)
        return serve(server.env, database, port)


def choose_port() -> int:
    port = chosen("HTTP_PORT", 8069, 65534)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Problem(
                f"port {port} is taken: choose another one, as in "
                f"`make run HTTP_PORT={port + 1}`"
            )
    return port


def bring_database(server: Server, name: str) -> None:
    """Make the database, or bring it up to date with the add-ons."""
    if name not in server.names():
        server.make(name, lambda part: fill(server, part))
        return
    with step(f"database {name}") as said:
        mark = f"{MADE_BY_US} {addons.fingerprint()}"
        found = server.read_note(name)
        if not found.startswith(MADE_BY_US):
            raise Problem(
                f"the database {name} was not made here and is left alone: choose "
                f"another name, as in `make run DB={name}2`"
            )
        said("ready")
        if found != mark:
            odoo.install(server.env, "database", name, addons.wanted())
            server.note(name, mark)
            said("updated")


def fill(server: Server, part: str) -> None:
    with step(f"database {part.removesuffix('.part')}"):
        odoo.install(server.env, "database", part, addons.wanted(), "--with-demo")
    with step("real purchases"):
        odoo.shell(server.env, "sample", part, SAMPLE)
    server.note(part, f"{MADE_BY_US} {addons.fingerprint()}")


def serve(env: Mapping[str, str], database: str, port: int) -> int:
    log = log_file("server")
    flags = ("-d", database, "--db-filter", f"^{database}$", "--http-port", str(port))
    with log.open("w") as output:
        odoo_process = subprocess.Popen(
            [*odoo.COMMAND, *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            # Ctrl-C is for us: we end it in good order.
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        with step("server") as said:
            wait_until_ready(odoo_process, port, log)
            said("ready")
        print(
            f"\n  http://localhost:{port}   log in as admin / admin\n"
            f"  Ctrl-C ends it; its log is {log}\n",
            flush=True,
        )
        odoo_process.wait()
        raise explained(log, "Odoo ended")
    except KeyboardInterrupt:
        print("\nEnding …", flush=True)
        return 0
    finally:
        # A second Ctrl-C ends us, and so it once more: then it waits for nothing.
        odoo_process.terminate()
        odoo_process.wait()


def wait_until_ready(odoo_process: subprocess.Popen, port: int, log: Path) -> None:
    while odoo_process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login", timeout=30)
            return
        except OSError:
            time.sleep(0.2)
    raise explained(log, "Odoo does not serve")
