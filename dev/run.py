"""``make run``: a database with our add-ons, served until Ctrl-C."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from . import addons, odoo
from .commands import die_with_parent, explain, log_file
from .database import Server
from .paths import ROOT
from .problem import Problem
from .setup import ground
from .steps import step

SAMPLE = ROOT / "dev" / "sample.py"
MADE_BY_US = "customer suite"
START_SECONDS = 600
STOP_SECONDS = 20


def run() -> int:
    database = os.environ.get("DB") or "crm"
    port = choose_port()
    with ground() as (env, server):
        bring_database(env, server, database)
        return serve(env, database, port)


def choose_port() -> int:
    named = os.environ.get("HTTP_PORT") or "8069"
    if not named.isdecimal() or int(named) > 65534:
        raise Problem(f"HTTP_PORT is {named}: make it a number, such as 8069")
    port = int(named)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(
                f"port {port} is taken: choose another one, as in "
                f"`make run HTTP_PORT={port + 1}`"
            ) from error
    return port


def bring_database(env: Mapping, server: Server, name: str) -> None:
    """Make the database, or bring it up to date with the add-ons."""
    mark = f"{MADE_BY_US} {addons.fingerprint()}"
    if name not in server.names():
        server.make(name, lambda part: fill(env, server, part, mark))
        return
    with step(f"database {name}") as said:
        found = server.read_note(name) or ""
        if not found.startswith(MADE_BY_US):
            raise Problem(
                f"the database {name} was not made here and is left alone: choose "
                f"another name, as in `make run DB={name}2`"
            )
        said("ready")
        if found != mark:
            odoo.install(env, "database", name, addons.wanted())
            server.note(name, mark)
            said("updated")
    with step("real purchases") as said:
        said("loaded before")


def fill(env: Mapping, server: Server, part: str, mark: str) -> None:
    title = f"database {part.removesuffix('.part')}"
    with step(title) as said:
        odoo.install(env, "database", part, addons.wanted(), "--with-demo")
        said("made")
    with step("real purchases") as said:
        said(load_sample(env, part))
    server.note(part, mark)


def load_sample(env: Mapping, database: str) -> str:
    """Have the sample loaded inside Odoo's shell."""
    if not SAMPLE.is_file():
        return "none"
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from dev import sample; sample.load(env); env.cr.commit()\n"
    )
    shell = ("shell", "-d", database, "--no-http")
    odoo.batch(env, "sample", *shell, input=script, text=True)
    return "loaded"


def serve(env: Mapping, database: str, port: int) -> int:
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
        raise Problem(explain(log.read_text(errors="replace"), "Odoo ended", log))
    except KeyboardInterrupt:
        print("\nEnding …", flush=True)
        return 0
    finally:
        end(odoo_process)


def wait_until_ready(odoo_process, port: int, log) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if odoo_process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login", timeout=30)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    text = log.read_text(errors="replace")
    raise Problem(explain(text, "Odoo does not serve", log))


def end(odoo_process: subprocess.Popen) -> None:
    odoo_process.terminate()
    try:
        odoo_process.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        odoo_process.kill()
        odoo_process.wait()
