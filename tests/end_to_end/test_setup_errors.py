"""What can go wrong before Odoo runs: one line that says what to do."""

import os
import sys
from pathlib import Path

import pytest

from dev import chromium, odoo, odoo_home, paths, run, test
from dev.commands import Problem, log_file, run as run_command
from dev.database import Server

PORT = odoo.free_port()
OLD_PYTHON = """
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
runpy.run_module("dev", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("-c", OLD_PYTHON), "this is Python 3.9, Odoo 19 takes .*make run PYTHON="),
        (("-m", "dev", "odoo"), "File exists: .*: mend that and run it again"),
        (("-m", "dev", "tset"), "say which: run, test, "),
    ],
)
def test_verb_that_fails_says_one_line(tmp_path, arguments, line):
    (tmp_path / "crm-suite").write_text("not a folder")
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "ODOO_HOME": ""}
    with pytest.raises(Problem, match=f"^error: .*{line}"):
        run_command("verb", [sys.executable, *arguments], "", env, cwd=paths.ROOT)
    assert "Traceback" not in log_file("verb").read_text()


@pytest.mark.parametrize(
    ("variable", "value", "use", "line"),
    [
        ("HTTP_PORT", "web", run.choose_port, "HTTP_PORT is web: make it a number"),
        ("HTTP_PORT", "70000", run.choose_port, "HTTP_PORT is 70000: make it"),
        ("WORKERS", "two", test.how_many_workers, "WORKERS is two: make it a number"),
        ("PART", "x", lambda: test.test("x"), "no part x: choose from pure, archit"),
        ("ODOO_HOME", "/x", odoo_home.find, "no Odoo 19.0 in /x: set ODOO_HOME to"),
        ("PATH", "/x", odoo_home.mirror, "no apt-get here .*: install it, or set"),
        ("PATH", "/x", chromium.provide, "Chromium or Google Chrome: install it"),
    ],
)
def test_choice_that_cannot_be(monkeypatch, variable, value, use, line):
    monkeypatch.setenv(variable, value)
    with pytest.raises(Problem, match=line):
        use()


def test_port_taken(monkeypatch):
    with run.socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("HTTP_PORT", str(port))
        with pytest.raises(Problem, match=f"{port} is taken: .* HTTP_PORT={port + 1}"):
            run.choose_port()


@pytest.mark.parametrize("series", ["18, 0", "'saas~19', 2"])
def test_other_series_of_odoo(tmp_path, series):
    (tmp_path / "odoo").mkdir()
    release = f"version_info = ({series}, 0, FINAL, 0, '')\n"
    (tmp_path / "odoo" / "release.py").write_text(release)
    with pytest.raises(Problem, match=f"no Odoo 19.0 in {tmp_path}: set ODOO_HOME"):
        odoo_home.accept(tmp_path)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"http://127.0.0.1:{PORT}/debian", "check the network to your package mirror"),
        ("file:{folder}/debian", "check the network to your package mirror"),
        (f"http://127.0.0.1:{PORT}/ubuntu", "apt here knows no mirror of Debian: add"),
    ],
    ids=["out of reach", "not signed", "not Debian's"],
)
def test_package_mirror(tmp_path, monkeypatch, source, line):
    release = tmp_path / "debian" / "dists" / "sid" / "Release"
    release.parent.mkdir(parents=True)
    release.write_text("Suite: unstable\nCodename: sid\n")
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb {source.format(folder=tmp_path)} sid main")
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc {{ sourcelist "{sources}"; sourceparts "/dev/null"; }};\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    with pytest.raises(Problem, match=f"{line}.*, or set ODOO_HOME"):
        odoo_home.fetch()
    assert not odoo_home.find()
    if source.startswith("file:"):
        assert "is not signed" in log_file("apt-update").read_text()


def test_no_keyring_no_right_to_install_chromium(monkeypatch, tmp_path):
    monkeypatch.setattr(odoo_home, "KEYRING", tmp_path / "keyring.gpg")
    with pytest.raises(Problem, match=r"keyring\.gpg is missing: install debian-arch"):
        odoo_home.prepare_apt(tmp_path / "apt")
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="`sudo apt-get install -y .* chromium`"):
        chromium.provide()


def test_disk_full():
    with pytest.raises(Problem, match="the disk is full: free some space"):
        run_command("full", ["sh", "-c", "cat /etc/passwd > /dev/full"], "else")


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ({"PGPORT": str(PORT), "PGHOST": "127.0.0.1"}, "refused: .*: check PGHOST"),
        ({"PGUSER": "postgres"}, "Odoo cannot work as the role postgres"),
    ],
)
def test_postgres_that_odoo_cannot_use(server, named, line):
    with pytest.raises(Problem, match=line):
        Server({**server.env, **named})


def test_postgres_too_old(monkeypatch):
    monkeypatch.setattr(Server, "query", lambda *_: [(12, "odoo", True)])
    with pytest.raises(Problem, match="PostgreSQL 12 is too old: Odoo 19 takes 13"):
        Server({})


def test_database_of_somebody_else_is_left_alone(server):
    refusal = pytest.raises(Problem, match="was not made here and is left alone")
    with server.copied("", "theirs") as name, refusal:
        run.bring_database(server, name)


@pytest.mark.parametrize("where", ["deep/" * 30, "locked"])
def test_postgres_lies_elsewhere_where_it_could_not_work(monkeypatch, tmp_path, where):
    checkout = tmp_path / where
    checkout.mkdir(mode=0o700, parents=True)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = paths.postgres_home(checkout)
    assert home.parent == Path("/var/tmp")
    assert len(os.fsencode(home / paths.SOCKET_NAME)) <= paths.SOCKET_PATH_MAX
