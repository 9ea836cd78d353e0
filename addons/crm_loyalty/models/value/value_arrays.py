"""Between the columns that the database gives and what the models of `clv` take."""

import numpy as np
from numpy.typing import NDArray

from ...clv import Estimate, PurchaseHistory, lifetime_value
from ...clv.lifecycle import lifecycle, purchase_before_last
from .value_words import EVIDENCES

# "never": before any day that a value could name
NEVER = np.iinfo(np.int32).min
LATEST_DAY = 365 * 100
EVIDENCE_KEYS = [key for key, _label in EVIDENCES]


def history_of(columns: dict[str, NDArray], cutoff_day: int) -> PurchaseHistory:
    """The purchase histories of ``crm.purchase.history._read_arrays``, in weeks."""
    count = columns["purchase_count"]
    value = columns["revenue"] / count
    return PurchaseHistory.from_days(
        customer=columns["customer"],
        repeats=count - 1,
        recency_days=columns["last_day"] - columns["first_day"],
        age_days=cutoff_day - columns["first_day"],
        log_interval_days=columns["log_intervals"],
        value=value,
        margin=_mean_margin(columns),
        shift=columns.get("shift"),
    )


def _mean_margin(columns: dict[str, NDArray]) -> NDArray:
    """Margin of a purchase; where a part of the revenue has no known one, that part
    counts at the rate of the rest. NaN where no rate can be read."""
    count, revenue = columns["purchase_count"], columns["revenue"]
    margin, costed = columns["margin"], columns["costed_revenue"]
    rate = np.full(len(count), np.nan)
    np.divide(margin, costed, out=rate, where=costed > 0)
    # without revenue there is no rate, but what the returns have cost is known
    returned = (revenue <= 0) & (costed == revenue)
    return np.where(returned, margin / count, rate * (revenue / count))


def known_columns(columns: dict[str, NDArray]) -> dict[str, NDArray]:
    """What the history alone says of each customer, for the writer of values."""
    count = columns["purchase_count"]
    span = columns["last_day"] - columns["first_day"]
    return {
        "partner_id": columns["customer"],
        "first_purchase": columns["first_day"],
        "last_purchase": columns["last_day"],
        "purchase_count": count,
        "mean_interval": np.round(span / np.maximum(count - 1, 1), 1),
        "revenue": columns["revenue"],
        "margin": columns["margin"],
        **{
            name: column
            for name, column in columns.items()
            if name == "shift" or name.startswith("factor_")
        },
    }


def without_trend(columns: dict) -> dict:
    """The columns that a batch carries."""
    return {name: c for name, c in columns.items() if name != "margin_trend"}


def holdout_counts(
    customers: NDArray[np.int32], holdout: dict[str, NDArray]
) -> NDArray[np.int64]:
    """The hold-out's purchases of each of ``customers``, who are ascending."""
    counts = np.zeros(len(customers), np.int64)
    known = np.isin(holdout["partner_id"], customers)
    rows = np.searchsorted(customers, holdout["partner_id"][known])
    counts[rows] = holdout["purchase_count"][known]
    return counts


def score(
    found: Estimate, columns: dict[str, NDArray], cutoff_day: int, threshold: float
) -> dict[str, NDArray]:
    """What the models say of each customer of a batch, for the writer of values.

    With them comes ``total``: mean, variance and parameter error of the batch's value.

    :param threshold: the lapse threshold, an alive probability
    """
    history = history_of(columns, cutoff_day)
    days = history.unit_days
    alive = found.alive(history)
    silent_until = found.silent_until(history, threshold)
    value = lifetime_value(found, history)
    before, had_before = purchase_before_last(history, columns["last_interval"] / days)
    came_back = np.zeros(len(history), bool)
    came_back[had_before] = found.silent_until(before, threshold) < before.T
    evidence = found.evidence(history)
    return {
        "alive": np.round(np.clip(alive, 0, 1), 6),
        "expected_purchases": np.round(value.purchases, 4),
        "lifetime_value": value.mean,
        "value_low": value.low,
        "value_high": value.high,
        "contact_day": _contact_day(columns["first_day"], silent_until * days),
        "lifecycle": lifecycle(
            alive,
            history.x,
            history.T - history.t_x,
            came_back,
            typical_interval=found.rhythm.usual_interval,
            lapse_threshold=threshold,
        ),
        "evidence": np.select(
            [evidence == key for key in EVIDENCE_KEYS], np.arange(3, dtype=np.int8)
        ),
        "total": np.array(
            [value.total.mean, value.total.variance, value.total.parameter_error]
        ),
    }


def _contact_day(first_day: NDArray, silent_until: NDArray) -> NDArray[np.int32]:
    """The last whole day before the threshold; beyond a century is never."""
    known = np.isfinite(silent_until) & (silent_until < LATEST_DAY)
    days = np.floor(np.where(known, silent_until, 0)).astype(np.int64)
    return np.where(known, first_day + days, NEVER).astype(np.int32)
