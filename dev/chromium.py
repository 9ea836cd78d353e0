"""Chromium for the browser tours: found, or installed where that is allowed."""

import os
import shutil
import subprocess

from .commands import run
from .problem import Problem

# The names that Odoo's tests look for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Read by Debian's chromium: it need not call home during the tests.
QUIET = "--disable-component-update --disable-quic --disable-sync"


def find() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def provide() -> str:
    """Chromium's path; installs it with apt as root or with a sudo that asks not."""
    if found := find():
        return found
    command = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    hint = f"the browser tours need Chromium: `sudo {' '.join(command)}`"
    if not shutil.which("apt-get"):
        raise Problem("the browser tours need Chromium or Google Chrome: install it")
    prefix = as_root()
    if prefix is None:
        raise Problem(hint)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-update-system", [*prefix, "apt-get", "-q", "update"], hint, env)
    run("chromium", [*prefix, *command], hint, env)
    return find()


def as_root() -> list[str] | None:
    """What to put before a command to run it as root; nothing when that asks."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n", "true"]
    if (
        shutil.which("sudo")
        and not subprocess.run(sudo, capture_output=True, check=False).returncode
    ):
        return ["sudo", "-n"]
    return None
