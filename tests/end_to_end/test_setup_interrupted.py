"""Set-ups that are broken off: the next one never trips over what was left."""

import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dev import odoo_home, paths, postgres
from dev.commands import Problem
from dev.database import filestore

APT = """#!/bin/sh
case "$*" in
*--print-uris) echo "'http://127.0.0.1/debian/dists/sid/InRelease' x 0";;
*" download "*) {};;
esac
"""
DPKG = f"""#!/bin/sh
mkdir -p "$3/{odoo_home.LIBRARIES}/odoo"
basename "$2" >> "$3/{odoo_home.LIBRARIES}/odoo/unpacked"
echo "version_info = (19, 0, 0)" > "$3/{odoo_home.LIBRARIES}/odoo/release.py"
"""


@pytest.mark.parametrize(
    ("tool", "broken"),
    [
        ("apt-get", APT.format("echo half > half.deb; exit 100")),
        ("dpkg", DPKG + "kill -9 $$"),
    ],
)
def test_odoo_is_fetched_whole_or_not_at_all(tmp_path, monkeypatch, tool, broken):
    tools = {"apt-get": APT.format("echo 1 > odoo.deb"), "dpkg": DPKG}
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_home, "KEYRING", Path(__file__))
    for name, script in {**tools, tool: broken}.items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    with pytest.raises(Problem, match="or set ODOO_HOME to your own Odoo 19"):
        odoo_home.fetch()
    assert odoo_home.find() is None

    (tmp_path / tool).write_text(tools[tool])
    odoo_home.fetch()
    assert (odoo_home.find() / "odoo" / "unpacked").read_text() == "odoo.deb\n"

    # Another checkout finds it, and fetches nothing.
    (tmp_path / "apt-get").unlink()
    odoo_home.fetch()


def test_database_broken_off_leaves_no_name(server):
    name = f"broken-{os.getpid()}"

    def fail(part: str) -> None:
        filestore(part).mkdir(parents=True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.make(name, fail)
    assert server.names(name) == [f"{name}.part"]

    server.make(name, lambda part: None)
    assert server.names(name) == [name] and not filestore(name).exists()
    server.drop(name)
    assert server.names(name) == []


SERVE = """
import sys, time
from pathlib import Path
from dev import postgres
postgres.DATA = Path(sys.argv[1])
postgres.postgres_home = lambda: postgres.DATA / "postgres"
with postgres.served():
    print("up", flush=True)
    time.sleep(600)
"""
PARENT = """
import subprocess
from dev.commands import die_with_parent
child = subprocess.Popen(["sleep", "600"], preexec_fn=die_with_parent)
print(child.pid, flush=True)
child.wait()
"""


def begin(script: str, *arguments: str) -> tuple[subprocess.Popen, str]:
    """A process, and the line that it says when it is where it shall be killed."""
    command = [sys.executable, "-c", script, *arguments]
    process = subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.PIPE)
    return process, process.stdout.readline().decode().strip()


def test_server_stays_for_its_users_and_ends_with_the_last(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setattr(postgres, "DATA", folder)
        monkeypatch.setattr(postgres, "postgres_home", lambda: folder / "postgres")
        # one half made, by somebody who was killed
        (folder / "postgres.part").mkdir()
        (folder / "postgres.part" / "PG_VERSION").write_text("18\n")
        other, said = begin(SERVE, name)
        assert said == "up"
        with postgres.served():
            with postgres.served():
                pass
            other.kill()
            other.wait()
            assert postgres.running()
        assert not postgres.running()


def test_child_ends_with_its_killed_parent():
    parent, child = begin(PARENT)
    handle = os.pidfd_open(int(child))
    parent.kill()
    parent.wait()
    ended, _, _ = select.select([handle], [], [], 600)
    assert ended
