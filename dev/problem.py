"""A failure that the user can mend, told in one line."""


class Problem(Exception):
    """Its text says what is wrong and what to do."""
