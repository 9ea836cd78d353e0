"""The one exception of the package."""


class FitError(ValueError):
    """A model cannot be estimated from these data; the message says why."""
