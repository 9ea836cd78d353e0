"""What can go wrong before Odoo runs: one line that says what to do."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from psycopg2 import errors

from dev import commands, odoo_fetch, odoo_home, paths, problem, run
from dev.database import Server, free_port
from dev.problem import Problem


def dev(*arguments: str, **env: str) -> str:
    """Call a verb that must fail; its one line of complaint."""
    done = subprocess.run(
        [sys.executable, "-m", "dev", *arguments],
        cwd=paths.ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """An empty PATH, and a way to put programs on it."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)

    def add(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return add


def apt_with(tmp_path: Path, source: str) -> dict[str, str]:
    """An empty cache, and an apt that knows one source only."""
    (tmp_path / "sources.list").write_text(source)
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\n'
        'Dir::Etc::sourceparts "/dev/null";\n'
    )
    return {
        "APT_CONFIG": str(tmp_path / "apt.conf"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "ODOO_HOME": "",
        "HTTP_PORT": str(free_port()),
    }


def odoo_of_series(folder: Path, series: str) -> Path:
    (folder / "odoo").mkdir()
    (folder / "odoo" / "release.py").write_text(f"version_info = ({series}, 0)\n")
    return folder


def test_python_out_of_range():
    fake = "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0);"
    call = fake + "runpy.run_module('dev', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: this is Python 3.9, Odoo 19 takes 3.10 to 3.")
    assert "make run PYTHON=" in done.stderr


def test_port_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = dev("run", HTTP_PORT=str(port))
    assert line == (
        f"error: port {port} is taken: choose another one, as in "
        f"`make run HTTP_PORT={port + 1}`"
    )


@pytest.mark.parametrize("port", ["web", "-1", "70000", "80.5"])
def test_port_not_a_number(port):
    assert f"HTTP_PORT is {port}: make it a number" in dev("run", HTTP_PORT=port)


def test_wrong_odoo_series(tmp_path):
    home = odoo_of_series(tmp_path, "18, 0")
    line = dev("run", ODOO_HOME=str(home), HTTP_PORT=str(free_port()))
    assert line.startswith(f"error: {home} is Odoo 18.0: set ODOO_HOME to Odoo 19.0")


def test_between_two_odoo_series(tmp_path):
    home = odoo_of_series(tmp_path, "'saas~19', 2")
    with pytest.raises(Problem, match=r"is Odoo saas~19\.2: set ODOO_HOME"):
        odoo_home.accept(home)


def test_right_odoo_series(tmp_path):
    home = odoo_of_series(tmp_path, "19, 0")
    assert odoo_home.accept(home) == home


def test_no_odoo_in_odoo_home(tmp_path):
    line = dev("run", ODOO_HOME=str(tmp_path), HTTP_PORT=str(free_port()))
    assert line.startswith(f"error: no odoo/release.py below {tmp_path}: set ODOO_HOME")


def test_package_mirror_out_of_reach(tmp_path):
    source = f"deb http://127.0.0.1:{free_port()}/debian stable main"
    line = dev("run", **apt_with(tmp_path, source))
    assert "check the network to your package mirror, or set ODOO_HOME" in line


def test_package_mirror_without_signature(tmp_path):
    release = tmp_path / "debian" / "dists" / "sid" / "Release"
    release.parent.mkdir(parents=True)
    release.write_text("Suite: unstable\nCodename: sid\n")
    line = dev("run", **apt_with(tmp_path, f"deb file:{tmp_path}/debian sid main"))
    assert "is not signed" in commands.log_file("apt-update").read_text()
    assert "or set ODOO_HOME" in line
    assert not (tmp_path / "cache" / "crm-suite" / "odoo").exists()


def test_no_mirror_of_debian(tmp_path):
    source = f"deb http://127.0.0.1:{free_port()}/ubuntu stable main"
    line = dev("run", **apt_with(tmp_path, source))
    assert line.startswith("error: apt here knows no mirror of Debian: add one, or")


def test_no_apt(tools):
    with pytest.raises(Problem, match="no apt-get here .*: install it, or set"):
        odoo_fetch.fetch()


def test_no_keyring(tools, monkeypatch, tmp_path):
    monkeypatch.setattr(odoo_fetch, "KEYRING", tmp_path / "keyring.gpg")
    with pytest.raises(Problem, match=r"keyring\.gpg is missing: install debian-arch"):
        odoo_fetch.fetch()


def test_disk_full_in_a_program(tools):
    tools("apt-get", "echo http://127.0.0.1/debian")
    tools("dpkg", "echo never called")
    tools("install", f"{Path('/bin/cat').resolve()} /etc/passwd > /dev/full")
    with pytest.raises(Problem, match="the disk is full: free some space"):
        commands.run("install", ["install"], "something else")


def test_disk_full_in_our_own_writing():
    with pytest.raises(OSError) as caught, open("/dev/full", "w") as file:
        file.write("x")
    caught.value.filename = "some/file"
    assert caught.value.errno == errno.ENOSPC
    line = problem.explain_os_error(caught.value)
    assert line == "the disk is full (some/file): free some space, run it again"


def test_cache_cannot_be_written(tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    apt = apt_with(tmp_path, "deb http://127.0.0.1/debian sid main")
    line = dev("run", **apt)
    assert line.startswith("error: Not a directory (")
    assert line.endswith("): mend that and run it again")


def test_postgres_refused():
    nobody = {"PGHOST": "127.0.0.1", "PGPORT": str(free_port()), "PGUSER": "odoo"}
    with pytest.raises(Problem, match="PostgreSQL refused: .*: check PGHOST, PGPORT"):
        Server(nobody)


def test_postgres_too_old(monkeypatch, env):
    old = SimpleNamespace(server_version=120022, close=lambda: None)
    monkeypatch.setattr(Server, "connect", lambda self: old)
    with pytest.raises(Problem, match="PostgreSQL 12 is too old: Odoo 19 takes 13"):
        Server(env)


def test_role_that_odoo_refuses(env):
    with pytest.raises(Problem, match="Odoo cannot work as the role postgres"):
        Server({**env, "PGUSER": "postgres"})


def test_database_goes_once_it_is_vacuumed(server, monkeypatch):
    name = f"vacuumed-{os.getpid()}"
    server.create(name)
    refusals = [errors.InsufficientPrivilege("denied to terminate process")] * 2
    run_statement = server.run

    def refuse_twice(statement, **names):
        if refusals:
            raise refusals.pop()
        run_statement(statement, **names)

    monkeypatch.setattr(server, "run", refuse_twice)
    assert server.drop(name)
    assert not refusals
    assert name not in server.names()


def test_database_of_somebody_else_is_left_alone(env, server):
    refusal = pytest.raises(Problem, match="was not made here and is left alone")
    with server.copied("", "theirs") as name, refusal:
        run.bring_database(env, server, name)


def test_long_checkout_keeps_its_socket_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path / ("deep" * 30))
    paths.ROOT.mkdir()
    home = paths.postgres_home()
    assert paths.ROOT not in home.parents
    assert len(os.fsencode(home / paths.SOCKET_NAME)) <= paths.SOCKET_PATH_MAX


def test_root_keeps_postgres_where_others_may_enter(monkeypatch, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    monkeypatch.setattr(paths, "ROOT", locked)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert locked not in paths.postgres_home().parents
    assert paths.open_to_all(paths.postgres_home().parent)
