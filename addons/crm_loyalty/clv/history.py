"""What a model sees of the customers: counts and times, nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class PurchaseHistory:
    """One row per customer; times in units of ``unit_days``.

    ``x`` repeat purchases, ``t_x`` time from the first to the last purchase, ``T``
    time from the first purchase to the cut-off (Fader, Hardie & Lee 2005, p. 276).
    ``log_intervals`` is the sum of the logarithms of the ``x`` intervals, ``value``
    and ``margin`` are means per purchase over all ``x + 1`` purchases, NaN where
    unknown: zero and below are known, of purchases that came back. The three are None
    when nobody's is known. ``shift`` is what a customer's
    attributes add to the log-odds of being alive (see ``Correction``), None where
    purchases alone speak.
    """

    customer: NDArray
    x: NDArray[np.int64]
    t_x: NDArray[np.float64]
    T: NDArray[np.float64]
    log_intervals: NDArray[np.float64] | None = None
    value: NDArray[np.float64] | None = None
    margin: NDArray[np.float64] | None = None
    shift: NDArray[np.float64] | None = None
    unit_days: float = 7.0

    def __post_init__(self) -> None:
        set_frozen = object.__setattr__
        set_frozen(self, "customer", np.asarray(self.customer))
        x = np.asarray(self.x)
        if x.dtype.kind not in "iu":
            x = np.asarray(x, dtype=np.float64)
            if not np.array_equal(x, np.rint(x)):
                raise ValueError("x: repeat purchases are whole numbers")
        set_frozen(self, "x", x.astype(np.int64, copy=False))
        for name in ("t_x", "T", "log_intervals", "value", "margin", "shift"):
            column = getattr(self, name)
            if column is not None:
                set_frozen(self, name, np.asarray(column, dtype=np.float64))
        self._check()

    def _check(self) -> None:
        for name, column in self._columns().items():
            if column.shape != (len(self),):
                raise ValueError(f"{name}: one value per customer is needed")
        if not self.unit_days > 0:
            raise ValueError("unit_days: a positive number of days is needed")
        if not (np.isfinite(self.t_x).all() and np.isfinite(self.T).all()):
            raise ValueError("t_x, T: times must be finite")
        if (self.x < 0).any():
            raise ValueError("x: repeat purchases cannot be negative")
        if (self.t_x < 0).any() or (self.t_x > self.T).any():
            raise ValueError("t_x: the last purchase lies between the first and T")
        if ((self.x == 0) != (self.t_x == 0)).any():
            raise ValueError("t_x: zero exactly where there is no repeat purchase")
        logs = self.log_intervals
        if logs is not None and not np.isfinite(logs).all():
            raise ValueError("log_intervals: sums must be finite")
        for name, amounts in (("value", self.value), ("margin", self.margin)):
            if amounts is not None and np.isinf(amounts).any():
                raise ValueError(f"{name}: amounts must be finite, or NaN if unknown")
        if self.shift is not None and not np.isfinite(self.shift).all():
            raise ValueError("shift: log-odds must be finite")

    def _columns(self) -> dict[str, NDArray]:
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        del columns["unit_days"]
        return {name: column for name, column in columns.items() if column is not None}

    def __len__(self) -> int:
        return len(self.customer)

    def __getitem__(self, rows: slice | NDArray) -> PurchaseHistory:
        """The same history for some customers (slice, mask or positions)."""
        columns = {name: column[rows] for name, column in self._columns().items()}
        return PurchaseHistory(**columns, unit_days=self.unit_days)

    def sample(self, size: int) -> PurchaseHistory:
        """At most about ``size`` customers, evenly spaced and always the same."""
        return self[:: math.ceil(len(self) / size)] if len(self) > size else self

    @classmethod
    def from_days(
        cls,
        customer: ArrayLike,
        repeats: ArrayLike,
        recency_days: ArrayLike,
        age_days: ArrayLike,
        log_interval_days: ArrayLike | None = None,
        value: ArrayLike | None = None,
        margin: ArrayLike | None = None,
        unit_days: float = 7.0,
        shift: ArrayLike | None = None,
    ) -> PurchaseHistory:
        """From columns counted in days, as a database aggregates them."""
        x = np.asarray(repeats)
        if log_interval_days is not None:
            log_interval_days = np.asarray(log_interval_days) - x * np.log(unit_days)
        return cls(
            customer=np.asarray(customer),
            x=x,
            t_x=np.asarray(recency_days) / unit_days,
            T=np.asarray(age_days) / unit_days,
            log_intervals=log_interval_days,
            value=value,
            margin=margin,
            shift=shift,
            unit_days=unit_days,
        )

    @classmethod
    def from_events(
        cls,
        customer: ArrayLike,
        date: ArrayLike,
        amount: ArrayLike | None,
        cutoff: object,
        unit_days: float = 7.0,
        margin: ArrayLike | None = None,
    ) -> PurchaseHistory:
        """From one row per purchase.

        Purchases after the cut-off are dropped, those of one customer on one day
        count once with their amounts added, customers come out ascending.
        """
        customer = np.asarray(customer)
        day = np.asarray(date, dtype="datetime64[D]").astype(np.int64)
        end = np.datetime64(cutoff, "D").astype(np.int64)
        seen = day <= end
        customers, row = np.unique(customer[seen], return_inverse=True)
        if not len(customers):
            empty = np.zeros(0)
            return cls(customers, empty, empty, empty, empty, unit_days=unit_days)

        order = np.lexsort((day[seen], row))
        row, day = row[order], day[seen][order]
        is_first = np.diff(row, prepend=-1) > 0
        new_visit = is_first | (np.diff(day, prepend=day[0]) > 0)
        x = np.bincount(row[new_visit]) - 1
        first = day[is_first]
        last = day[np.diff(row, append=len(customers)) > 0]
        is_interval = new_visit & ~is_first
        gap = np.diff(day, prepend=day[0])[is_interval]
        log_gap = np.bincount(row[is_interval], np.log(gap), minlength=len(customers))

        def mean_per_purchase(amounts: ArrayLike | None) -> NDArray | None:
            if amounts is None:
                return None
            amounts = np.asarray(amounts, dtype=np.float64)[seen][order]
            return np.bincount(row, amounts) / (x + 1)

        return cls.from_days(
            customers,
            x,
            last - first,
            end - first,
            log_gap,
            mean_per_purchase(amount),
            mean_per_purchase(margin),
            unit_days,
        )
