"""``make run`` as a person meets it: served soon, ended whole."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from dev import addons, paths, run, templates
from dev.test_odoo import free_port


@pytest.fixture
def database(env, server):
    """A database as an earlier `make run` leaves it."""
    name = f"run-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    server.note(name, f"{run.MADE_BY_US} {addons.fingerprint()}")
    yield name
    server.drop(name)


def test_first_run_has_something_to_look_at(env, server):
    name = f"run-{os.getpid()}"
    steps = run.Steps(2)
    server.make(name, lambda part: run.fill(steps, env, server, part, "mark"))
    try:
        ((needs, segments, tiers, points, purchases),) = server.query(
            """
            SELECT (SELECT count(*) FROM crm_need),
                   (SELECT count(*) FROM crm_customer_segment),
                   (SELECT count(*) FROM loyalty_tier),
                   (SELECT count(*) FROM loyalty_point_entry),
                   (SELECT count(*) FROM crm_purchase_import_line)
            """,
            database=name,
        )
    finally:
        server.drop(name)
    assert min(needs, segments, tiers, points) > 0
    assert purchases > 6_000


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_second_run_serves_soon_and_ends_whole(env, database, ending):
    port = free_port()
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run", f"HTTP_PORT={port}", f"DB={database}"],
        cwd=paths.ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A terminal's Ctrl-C reaches the whole group.
        start_new_session=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C ends it" in line:
            break
    text = "".join(said)
    assert f"http://localhost:{port}   log in as admin / admin" in text, text
    assert time.monotonic() - started < 20
    assert re.search(rf"database {database} … ready", text)
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login").read()
    assert b'name="login"' in page

    os.killpg(process.pid, ending)

    process.communicate(timeout=30)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    left = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    )
    assert f"-d {database} " not in left.stdout


def test_changed_addons_bring_the_database_up_to_date(env, server, database):
    server.note(database, f"{run.MADE_BY_US} before the change")
    (name, *_others) = addons.names()
    server.query(
        "UPDATE ir_module_module SET latest_version = '19.0.0.0.0' WHERE name = %s",
        [name],
        database,
    )
    run.bring_database(run.Steps(2), env, server, database)
    assert server.read_note(database) == f"{run.MADE_BY_US} {addons.fingerprint()}"
    versions = server.query(
        "SELECT latest_version FROM ir_module_module WHERE name = %s", [name], database
    )
    assert versions == [(addons.manifests()[name]["version"],)]
