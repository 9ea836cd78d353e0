"""What the user sees meanwhile: ``[2/6] Odoo 19 … 122 MB, 14 s``."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Measure = Callable[[], str]


class Steps:
    """Numbered lines, one a step; on a terminal the last one lives."""

    def __init__(self, total: int, done: int = 0, out=None) -> None:
        self.total = total
        self.done = done
        self.out = out or sys.stdout

    @contextmanager
    def step(self, title: str, measure: Measure | None = None) -> Iterator[Callable]:
        """Show the step; what is yielded takes the words of its result."""
        self.done += 1
        head = f"[{self.done}/{self.total}] {title} …"
        started = time.monotonic()
        result = ["done"]
        over = threading.Event()
        painter = threading.Thread(
            target=self._paint, args=(head, started, measure, over), daemon=True
        )
        self._write(head)
        if self.out.isatty():
            painter.start()
        try:
            yield lambda words: result.__setitem__(0, words)
        except BaseException:
            self._finish(painter, over)
            self._write("\n")
            raise
        self._finish(painter, over)
        seconds = time.monotonic() - started
        took = f", {seconds:.0f} s" if seconds >= 1 else ""
        again = f"\r\033[K{head}" if self.out.isatty() else ""
        self._write(f"{again} {result[0]}{took}\n")

    def _paint(self, head, started, measure, over) -> None:
        while not over.wait(0.5):
            words = measure() if measure else ""
            seconds = f"{time.monotonic() - started:.0f} s"
            self._write(f"\r\033[K{head} {words + ', ' if words else ''}{seconds}")

    def _finish(self, painter, over) -> None:
        over.set()
        if painter.ident:
            painter.join()

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()
