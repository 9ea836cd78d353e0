import pytest
from psycopg2 import errors

from dev.database import COPY_TRIES, Server


class BusyServer(Server):
    """Somebody is at the template for so many tries."""

    def __init__(self, busy: int) -> None:
        super().__init__({})
        self.busy = busy

    def check(self):
        return 18

    def run(self, statement, *names):
        if self.busy:
            self.busy -= 1
            raise errors.ObjectInUse


def test_a_template_is_copied_once_nobody_is_at_it():
    server = BusyServer(COPY_TRIES - 1)
    server.create("copy", "template")
    assert not server.busy


def test_a_template_that_is_never_free_is_said_to_be_in_use():
    with pytest.raises(errors.ObjectInUse):
        BusyServer(COPY_TRIES).create("copy", "template")
