"""What can go wrong before Odoo runs: one line that says what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev import commands, odoo, odoo_home, paths, run, test
from dev.commands import Problem
from dev.database import Server

PORT = odoo.free_port()


def test_a_verb_that_fails_says_one_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "dev", "run"],
            cwd=paths.ROOT,
            env={**os.environ, "HTTP_PORT": str(port)},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"error: port {port} is taken: choose another one, as in "
        f"`make run HTTP_PORT={port + 1}`\n"
    )


def test_python_out_of_range():
    fake = "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0);"
    call = fake + "runpy.run_module('dev', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=paths.ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: this is Python 3.9, Odoo 19 takes 3.10 to 3.")
    assert "make run PYTHON=" in done.stderr


def test_cache_cannot_be_written(tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "ODOO_HOME": ""}
    command = [sys.executable, "-m", "dev", "odoo"]
    done = subprocess.run(
        command, cwd=paths.ROOT, env=env, stderr=subprocess.PIPE, text=True, check=False
    )
    (line,) = done.stderr.splitlines()
    assert "Not a directory" in line and line.endswith(": mend that and run it again")


@pytest.mark.parametrize("port", ["web", "-1", "70000", "80.5"])
def test_port_not_a_number(monkeypatch, port):
    monkeypatch.setenv("HTTP_PORT", port)
    with pytest.raises(Problem, match=f"HTTP_PORT is {port}: make it a number"):
        run.choose_port()


def test_unknown_part():
    with pytest.raises(Problem, match="no part tours: choose from pure, architecture"):
        test.test("tours")


@pytest.mark.parametrize("series", [None, "18, 0", "'saas~19', 2", "19, 0"])
def test_odoo_home(tmp_path, monkeypatch, series):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    (tmp_path / "odoo").mkdir()
    if series:
        release = f"version_info = ({series}, 0, FINAL, 0, '')\n"
        (tmp_path / "odoo" / "release.py").write_text(release)
    if series == "19, 0":
        assert odoo_home.find() == tmp_path
    else:
        with pytest.raises(Problem, match=f"no Odoo 19.0 in {tmp_path}: set ODOO_HOME"):
            odoo_home.find()


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
    (tmp_path / "sources.list").write_text(
        f"deb {source.format(folder=tmp_path)} sid main"
    )
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\n'
        'Dir::Etc::sourceparts "/dev/null";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    with pytest.raises(Problem, match=f"{line}.*, or set ODOO_HOME"):
        odoo_home.fetch()
    assert not odoo_home.find()
    if source.startswith("file:"):
        assert "is not signed" in commands.log_file("apt-update").read_text()


def test_no_apt_no_keyring(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    with pytest.raises(Problem, match="no apt-get here .*: install it, or set"):
        odoo_home.fetch()
    monkeypatch.setattr(odoo_home, "KEYRING", tmp_path / "keyring.gpg")
    with pytest.raises(Problem, match=r"keyring\.gpg is missing: install debian-arch"):
        odoo_home.fetch()


def test_disk_full_in_a_program():
    with pytest.raises(Problem, match="the disk is full: free some space"):
        commands.run("full", ["sh", "-c", "cat /etc/passwd > /dev/full"], "else")


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"PGPORT": str(PORT), "PGHOST": "127.0.0.1"}, "refused: .*: check PGHOST"),
        ({"PGUSER": "postgres"}, "Odoo cannot work as the role postgres"),
    ],
)
def test_postgres_that_odoo_cannot_use(server, env, line):
    with pytest.raises(Problem, match=line):
        Server({**server.env, **env})


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
