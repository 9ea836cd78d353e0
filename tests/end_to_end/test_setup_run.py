"""``make run`` as a person meets it: served soon, ended whole."""

import os
import re
import signal
import socket
import subprocess
import urllib.request

import pytest

from dev import addons, odoo, paths, run


@pytest.fixture(scope="module")
def database(server, suite):
    """A database as an earlier `make run` leaves it."""
    with server.copied(suite, "run") as name:
        server.note(name, f"{run.MADE_BY_US} {addons.fingerprint()}")
        yield name


def ignore_interrupts() -> None:
    """As a shell does for what it starts in its background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_second_run_serves_and_ends_whole(env, database, ending):
    port = odoo.free_port()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run", f"HTTP_PORT={port}", f"DB={database}"],
        cwd=paths.ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=ignore_interrupts,
        # A terminal's Ctrl-C reaches the whole group.
        start_new_session=True,
    )
    text = ""
    while "Ctrl-C ends it" not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    assert f"http://localhost:{port}   log in as admin / admin" in text
    assert re.search(rf"database {database} … ready", text)
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login").read()
    assert b'name="login"' in page

    os.killpg(process.pid, ending)

    process.communicate()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    left = subprocess.check_output(["ps", "-eo", "args"], text=True)
    assert f"-d {database} " not in left
