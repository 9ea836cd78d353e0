"""Set-ups that are broken off: the next one never trips over what was left."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import pytest

from dev import odoo_fetch, odoo_home, paths, postgres
from dev.database import filestore
from dev.problem import Problem
from dev.steps import step


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A small archive behind stand-ins for apt-get and dpkg; an empty cache."""
    tools = tmp_path / "tools"
    tools.mkdir()
    cache = tmp_path / "cache"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(odoo_fetch, "KEYRING", keyring)

    def add(name: str, script: str) -> None:
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)

    add("apt-get", apt_get("echo 1 > odoo.deb"))
    release = f"$3/{odoo_home.LIBRARIES}/odoo"
    add(
        "dpkg",
        f'mkdir -p "{release}"\n'
        f'echo "version_info = (19, 0, 0)" > "{release}/release.py"\n'
        f'basename "$2" >> "{release}/unpacked"',
    )
    return add


def apt_get(download: str) -> str:
    """A stand-in that knows a mirror and downloads by the given command."""
    uri = "'http://127.0.0.1/debian/dists/sid/InRelease' x 0"
    known = f'*--print-uris) echo "{uri}";;'
    return f'case "$*" in\n{known}\n*" download "*) {download};;\nesac'


def test_fetched_odoo_is_found(archive):
    odoo_fetch.fetch()
    assert (odoo_home.find() / "odoo" / "release.py").is_file()
    assert not (paths.cache() / "apt").exists()


def test_broken_download_starts_clean(archive):
    left = odoo_fetch.downloads()
    left.mkdir(parents=True)
    (left / "half.deb").write_text("half of it")
    odoo_fetch.fetch()
    assert (odoo_home.find() / "odoo" / "unpacked").read_text() == "odoo.deb\n"


def test_failed_download_leaves_no_odoo(archive):
    archive("apt-get", apt_get("exit 100"))
    with pytest.raises(Problem, match="check the network to your package mirror"):
        odoo_fetch.fetch()
    assert odoo_home.find() is None
    archive("apt-get", apt_get("echo 1 > odoo.deb"))
    odoo_fetch.fetch()
    assert odoo_home.find()


def test_killed_while_unpacking(archive, tmp_path):
    good = (tmp_path / "tools" / "dpkg").read_text()
    archive("dpkg", f"{good}\ntouch {tmp_path}/half-way; exec sleep 600")
    call = "from dev import odoo_fetch as f; f.KEYRING = f.Path('/'); f.fetch()"
    call = call.replace("Path('/')", f"Path('{odoo_fetch.KEYRING}')")
    process = subprocess.Popen([sys.executable, "-c", call], cwd=paths.ROOT)
    wait_for(lambda: (tmp_path / "half-way").exists())
    process.kill()
    process.wait()
    assert odoo_home.find() is None
    archive("dpkg", good)
    odoo_fetch.fetch()
    assert (odoo_home.find() / "odoo" / "unpacked").read_text() == "odoo.deb\n"


def test_second_checkout_does_not_fetch_again(archive):
    odoo_fetch.fetch()
    archive("apt-get", "exit 1")
    assert odoo_fetch.fetch() == "fetched by another checkout"


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout's set-up, whose libraries come from one folder."""
    for name in ("dev", "odoo.conf"):
        source = paths.ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "requirements-dev.txt").write_text("nowheel==1.0\n")
    return tmp_path


def make_venv(checkout: Path) -> subprocess.CompletedProcess:
    call = """
from dev import problem, venv
try:
    venv.make()
    assert venv.ready()
except problem.Problem as problem:
    assert not venv.ready()
    exit(str(problem))
"""
    env = {
        **os.environ,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(checkout / "wheels"),
    }
    return subprocess.run(
        [sys._base_executable, "-c", call],
        cwd=checkout,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_library_without_wheel_then_mended(checkout):
    """Where only the source of a library is served, no compiler is called."""
    project = checkout / "nowheel-1.0"
    project.mkdir()
    (project / "setup.py").write_text("raise SystemExit('compiling')\n")
    with tarfile.open(checkout / "wheels" / "nowheel-1.0.tar.gz", "w:gz") as archive:
        archive.add(project, project.name)

    failed = make_venv(checkout)

    assert failed.returncode == 1
    (line,) = failed.stderr.splitlines()
    assert line.startswith("ERROR: No matching distribution found for nowheel==1.0: ")
    assert "make PYTHON=" in line and "compiling" not in line

    (checkout / "requirements-dev.txt").write_text("")
    mended = make_venv(checkout)
    assert mended.returncode == 0, mended.stderr


def test_database_broken_off_leaves_no_name(server):
    name = f"broken-{os.getpid()}"

    def fail(part: str) -> None:
        filestore(part).mkdir(parents=True)
        (filestore(part) / "left").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.make(name, fail)
    assert server.names(name) == [f"{name}.part"]

    filled = []
    server.make(name, filled.append)
    try:
        assert filled == [f"{name}.part"]
        assert server.names(name) == [name]
        assert not filestore(name).exists()
    finally:
        server.drop(name)


@pytest.fixture
def cluster(monkeypatch):
    """An embedded PostgreSQL of this test's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "postgres"
        monkeypatch.setattr(postgres, "data", lambda: Path(folder))
        monkeypatch.setattr(postgres, "postgres_home", lambda: home)
        yield home


SERVE = """
import sys, time
from pathlib import Path
from dev import postgres
folder = Path(sys.argv[1])
postgres.data = lambda: folder
postgres.postgres_home = lambda: folder / "postgres"
with postgres.served():
    (folder / "up").touch()
    time.sleep(600)
"""


def test_server_left_by_a_killed_run_is_taken_over(cluster):
    folder = cluster.parent
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, folder], cwd=paths.ROOT, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: (folder / "up").exists())
    with postgres.served():
        process.kill()
        process.wait()
        assert postgres.running()
    assert not postgres.running()


def test_server_stays_for_its_other_users(cluster):
    with postgres.served():
        with postgres.served():
            pass
        assert postgres.running()
    assert not postgres.running()


def test_half_made_cluster_is_made_anew(cluster):
    part = cluster.with_suffix(".part")
    part.mkdir()
    (part / "PG_VERSION").write_text("18\n")
    with postgres.served():
        assert postgres.running()
    assert not part.exists()


def test_broken_step_ends_its_line(capsys):
    with pytest.raises(KeyboardInterrupt), step("first"):
        raise KeyboardInterrupt
    assert capsys.readouterr().out == "first …\n"


def test_terminated_child_goes_with_its_parent(tmp_path):
    script = f"echo $$ > {tmp_path}/pid; exec sleep 600"
    call = (
        f"from dev import commands as c; c.run('child', ['sh', '-c', {script!r}], '')"
    )
    parent = subprocess.Popen([sys.executable, "-c", call], cwd=paths.ROOT)
    wait_for(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text())
    child = int((tmp_path / "pid").read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not Path(f"/proc/{child}").exists())


def wait_for(condition, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
