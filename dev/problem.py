"""A failure that the user can mend, told in one line."""

import errno


class Problem(Exception):
    """Its text says what is wrong and what to do."""


def explain_os_error(error: OSError) -> str:
    """The line for a file that cannot be read or written."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename}): free some space, run it again"
    return f"{error.strerror} ({error.filename}): mend that and run it again"
