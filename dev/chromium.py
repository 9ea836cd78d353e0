"""Chromium for the browser tours: found, or installed where that is allowed."""

import os
import shutil

from .commands import Problem, run

# The names that Odoo's tests look for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Read by Debian's chromium: it need not call home during the tests.
QUIET = "--disable-component-update --disable-quic --disable-sync"
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]


def provide() -> str:
    """Chromium's path; installs it with apt as root or with a sudo that asks not."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    hint = f"the browser tours need Chromium: `sudo {' '.join(INSTALL)}`"
    if not shutil.which("apt-get"):
        raise Problem("the browser tours need Chromium or Google Chrome: install it")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-update-system", [*as_root, "apt-get", "-q", "update"], hint, env)
    run("chromium", [*as_root, *INSTALL], hint, env)
    return shutil.which("chromium")
