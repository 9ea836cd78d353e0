"""Running Odoo itself."""

import re
import subprocess
from collections.abc import Mapping

from .commands import log_file, run
from .paths import PYTHON
from .problem import Problem

COMMAND = (PYTHON, "-m", "odoo")
FAILURES = ("ERROR", "CRITICAL")
LINE = re.compile(r"^\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): (?P<text>.*)$")


def odoo(*arguments: str) -> int:
    """``python -m dev odoo …``: Odoo's own command line, on our ground."""
    from .setup import ground

    with ground() as (env, _server):
        env.setdefault("PGDATABASE", env.get("DB", "crm"))
        return subprocess.run([*COMMAND, *arguments], env=env, check=False).returncode


def batch(env: Mapping[str, str], name: str, *arguments: str, **options) -> str:
    """Have Odoo do something and stop; an error in its log is a failure.

    Returns the log, which is also kept under the given name.
    """
    text = run(name, [*COMMAND, *arguments], "see the log", env, **options)
    errors = [line for line in read_log(text) if line["level"] in FAILURES]
    if errors:
        reason = errors[0]["text"][:200]
        raise Problem(f"Odoo said: {reason}: see the log ({log_file(name)})")
    return text


def install(
    env: Mapping[str, str], name: str, database: str, modules: list[str], *flags: str
) -> None:
    """Install or update modules."""
    wanted = ",".join(modules)
    stop = ("--no-http", "--stop-after-init")
    text = batch(env, name, "-d", database, "-i", wanted, "-u", wanted, *stop, *flags)
    # Odoo goes on without demo data that does not go in, and only warns.
    failed = [
        line["text"] for line in read_log(text) if "demo data failed" in line["text"]
    ]
    if failed:
        raise Problem(f"Odoo said: {failed[0][:200]}: see the log ({log_file(name)})")


def read_log(text: str) -> list[dict[str, str]]:
    """The lines of a log that Odoo wrote: level, logger and text."""
    found = map(LINE.match, text.splitlines())
    return [match.groupdict() for match in found if match]
