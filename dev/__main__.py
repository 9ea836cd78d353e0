"""``python -m dev VERB``: the verbs behind the Makefile."""

import importlib
import signal
import sys

from .problem import Problem, explain_os_error
from .setup import enter_venv
from .steps import Steps

# The verb, and the steps it shows.
VERBS = {
    "run": 6,
    "test": 4,
    "test_odoo": 5,
    "lint": 1,
    "format": 1,
    "bench": 3,
    "i18n": 4,
    "odoo": 3,
    "keep_postgres": 3,
}


def main(arguments: list[str]) -> int:
    verb = arguments[0].replace("-", "_") if arguments else ""
    if verb == "clean":
        return importlib.import_module("dev.clean").clean()
    if verb not in VERBS:
        raise Problem(f"say which: {', '.join([*VERBS, 'clean'])}")
    enter_venv(Steps(VERBS[verb]), arguments)
    module = importlib.import_module(f"dev.{verb}")
    return getattr(module, verb)(*arguments[1:])


def interrupt(*_signal) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        sys.exit(f"error: {problem}")
    except OSError as error:
        sys.exit(f"error: {explain_os_error(error)}")
