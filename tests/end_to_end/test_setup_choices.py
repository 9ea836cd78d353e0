"""A PostgreSQL of one's own by odoo.conf; and back to a checkout as it was."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev import paths, server as server_module
from dev.database import Server


def test_odoo_conf_names_a_postgres_of_ones_own(env, tmp_path, monkeypatch):
    names = {"db_host": "PGHOST", "db_port": "PGPORT", "db_user": "PGUSER"}
    config = tmp_path / "odoo.conf"
    options = "".join(f"{name} = {env[key]}\n" for name, key in names.items())
    config.write_text(f"[options]\n{options}")
    for key in names.values():
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setattr(server_module, "CONFIG", config)
    # The embedded one stays away.
    monkeypatch.setattr(server_module.postgres, "served", None)

    with server_module.environment() as found:
        assert {found[key] for key in names.values()} == {
            env[key] for key in names.values()
        }
        assert found["ODOO_RC"] == str(config)
        assert Server(found).version >= 13


def test_environment_goes_before_odoo_conf(tmp_path, monkeypatch):
    config = tmp_path / "odoo.conf"
    config.write_text("[options]\ndb_host = from.odoo.conf\ndb_user = file\n")
    monkeypatch.setattr(server_module, "CONFIG", config)
    monkeypatch.setenv("PGHOST", "from.the.environment")
    with server_module.environment() as found:
        assert found["PGHOST"] == "from.the.environment"
        assert found.get("PGUSER") != "file"


@pytest.fixture
def used(tmp_path):
    """A checkout after a `make run`, which was broken off as the libraries came."""
    checkout = tmp_path / "checkout"
    shutil.copytree(paths.ROOT / "dev", checkout / "dev")
    tmp_path.chmod(0o755)
    for folder in (".venv/bin", ".data/odoo/filestore/crm", ".data/log"):
        (checkout / folder).mkdir(parents=True)
    home = postgres_home(checkout)
    home.mkdir(parents=True, exist_ok=True)
    (home / "PG_VERSION").write_text("18\n")
    kept = tmp_path / "cache" / "crm-suite" / "odoo"
    kept.mkdir(parents=True)
    yield checkout
    shutil.rmtree(home, ignore_errors=True)


def call(checkout, *command) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command],
        cwd=checkout,
        env={**os.environ, "XDG_CACHE_HOME": str(checkout.parent / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def postgres_home(checkout) -> Path:
    said = call(checkout, "-c", "from dev.paths import *; print(postgres_home())")
    return Path(said.stdout.strip())


def test_clean_forgets_what_was_made_and_keeps_what_was_fetched(used):
    home = postgres_home(used)
    done = call(used, "-m", "dev", "clean")
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in used.iterdir()) == ["dev"]
    assert not home.exists()
    kept = used.parent / "cache" / "crm-suite" / "odoo"
    assert kept.is_dir() and str(kept.parent) in done.stdout
    # and once more, with nothing there
    assert call(used, "-m", "dev", "clean").returncode == 0


def test_clean_takes_nothing_away_from_who_works(used):
    with (used / ".data" / "postgres.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        done = call(used, "-m", "dev", "clean")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == (
        "error: PostgreSQL is in use here: end `make run` or `make test` first"
    )
    assert (used / ".venv").is_dir() and postgres_home(used).is_dir()
