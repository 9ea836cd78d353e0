"""What the user sees meanwhile: ``Odoo 19 … 122 MB, 14 s``."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Show the step; what is yielded takes the words of its result."""
    started = time.monotonic()
    said = ["done"]
    print(f"{title} …", end="", flush=True)
    try:
        yield said.append
    except BaseException:
        print(flush=True)
        raise
    seconds = time.monotonic() - started
    print(f" {said[-1]}" + (f", {seconds:.0f} s" if seconds >= 1 else ""), flush=True)
