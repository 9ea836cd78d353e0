"""What a signal is, and how some are read; `_signal_sources()` of the run lists them
(``crm_value_run_signals.py``).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Read = Callable[..., tuple[NDArray, NDArray]]


class Signal(NamedTuple):
    """A source of one attribute of customers.

    ``read(company, until)`` gives customers and a value of each as known at the end of
    that day, from one query; with ``own`` it is ``read(columns, until_day)`` instead,
    from the purchase histories alone, a value for each. ``fields`` are all fields it
    rests on ("model.field"): a source that does not name them is refused, and so is
    one that rests on a protected attribute.
    """

    name: str
    kind: str
    read: Read
    fields: tuple[str, ...]
    comodel: str = ""
    """of a level: the model whose record ids are the values"""
    missing: float = np.nan
    """for customers of whom ``read`` says nothing"""
    own: bool = False
    returned: bool = False
    """what ``read`` gives came back: it counts as a share of what was bought"""


def align(wanted, customers, found, missing) -> NDArray[np.float64]:
    """The values in the order of ``wanted``, which ascends."""
    values = np.full(len(wanted), missing)
    known = np.isin(customers, wanted)
    values[np.searchsorted(wanted, customers[known])] = found[known]
    return values


def share_returned(returned, revenue) -> NDArray[np.float64]:
    """Of what was bought before anything came back."""
    bought = revenue + returned
    share = np.zeros(len(returned))
    np.divide(returned, bought, out=share, where=bought > 0)
    return share.clip(0.0, 1.0)


def margin_trend(columns, _until_day) -> NDArray[np.float64]:
    return columns["margin_trend"]


def tenure(columns, until_day) -> NDArray[np.float64]:
    """Years since the first purchase."""
    return (until_day - columns["first_day"]) / 365.25


def order_size(columns, _until_day) -> NDArray[np.float64]:
    return np.maximum(columns["revenue"], 0.0) / columns["purchase_count"]
