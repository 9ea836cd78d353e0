"""A PostgreSQL of one's own by odoo.conf; and back to a checkout as it was."""

import fcntl
import os
import shutil
import sys

import pytest

from dev import paths, postgres
from dev.commands import Problem, run
from dev.database import Server


@pytest.mark.parametrize("in_environment", [False, True])
def test_postgres_of_ones_own(env, tmp_path, monkeypatch, in_environment):
    """What odoo.conf names is taken, and what the environment names goes before."""
    known = {name: env[f"PG{name.upper()}"] for name in ("host", "port", "user")}
    for name, value in known.items():
        if in_environment:
            monkeypatch.setenv(f"PG{name.upper()}", value)
            known[name] = "elsewhere"
        else:
            monkeypatch.delenv(f"PG{name.upper()}", raising=False)
    options = "".join(f"db_{name} = {value}\n" for name, value in known.items())
    (tmp_path / "odoo.conf").write_text(f"[options]\n{options}")
    monkeypatch.setattr(postgres, "CONFIG", tmp_path / "odoo.conf")
    # The embedded one stays away.
    monkeypatch.setattr(postgres, "served", None)
    with postgres.environment() as found:
        assert found["PGHOST"] == env["PGHOST"]
        assert Server(found).version >= 13


def test_clean_forgets_what_was_made_unless_somebody_works_with_it(tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(paths.ROOT / "dev", checkout / "dev")
    tmp_path.chmod(0o755)
    home = paths.postgres_home(checkout)
    fetched = tmp_path / "cache" / "crm-suite" / "odoo"
    for folder in (checkout / ".venv", checkout / ".data" / "log", home, fetched):
        folder.mkdir(parents=True)

    def clean() -> str:
        env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        command = [sys.executable, "-m", "dev", "clean"]
        return run("clean", command, "", env, cwd=checkout)

    with (checkout / ".data" / "postgres.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with pytest.raises(Problem, match="in use here: end `make run` or `make test`"):
            clean()
    assert (checkout / ".venv").is_dir() and home.is_dir()

    for _time in range(2):
        assert str(fetched.parent) in clean()
        assert [file.name for file in checkout.iterdir()] == ["dev"]
        assert not home.exists() and fetched.is_dir()
