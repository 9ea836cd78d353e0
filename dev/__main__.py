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

from .problem import Problem, explain_os_error
from .setup import enter_venv

# Each has a module of its name.
VERBS = (
    *("run", "test", "test_odoo", "lint", "format", "bench", "i18n"),
    *("release_dump", "odoo", "keep_postgres"),
)


def main(arguments: list[str]) -> int:
    verb = arguments[0].replace("-", "_") if arguments else ""
    if verb == "clean":
        return call("clean")
    if verb not in VERBS:
        raise Problem(f"say which: {', '.join([*VERBS, 'clean'])}")
    enter_venv(arguments)
    return call(verb, *arguments[1:])


def call(verb: str, *arguments: str) -> int:
    module = importlib.import_module(f"dev.{verb}")
    return getattr(module, verb)(*arguments)


def interrupt(*_signal) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # Also where a shell has SIGINT ignored, as it does for what runs in its background;
    # who had SIGHUP ignored (`nohup`) meant it.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if ending != signal.SIGHUP or signal.getsignal(ending) != signal.SIG_IGN:
            signal.signal(ending, interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        sys.exit(f"error: {problem}")
    except OSError as error:
        sys.exit(f"error: {explain_os_error(error)}")
