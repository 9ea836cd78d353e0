"""``python -m dev VERB``: the verbs behind the Makefile."""

import sys

# Before anything that an older Python cannot even read.
if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "error: this is Python %d.%d, Odoo 19 takes 3.10 to 3.13: name another one, "
        "as in `make run PYTHON=python3.12`" % sys.version_info[:2]
    )

import importlib
import signal

from . import libraries
from .commands import Problem

VERBS = {
    **{name: name for name in ("run", "test", "test_odoo", "i18n", "release_dump")},
    **dict.fromkeys(("lint", "format", "bench", "odoo", "keep_postgres"), "verbs"),
    "clean": "postgres",
}


def main(verb: str = "", *arguments: str) -> int:
    verb = verb.replace("-", "_")
    if verb not in VERBS:
        raise Problem(f"say which: {', '.join(VERBS)}")
    if verb != "clean":
        libraries.enter(verb, *arguments)
    module = importlib.import_module(f"dev.{VERBS[verb]}")
    return getattr(module, verb)(*arguments)


if __name__ == "__main__":
    # Also where a shell has SIGINT ignored, as it does for what runs in its background.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        sys.exit(f"error: {problem}")
    except OSError as error:
        sys.exit(f"error: {error}: mend that and run it again")
