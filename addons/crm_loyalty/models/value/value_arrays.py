"""Between the columns that the database gives and what the models of `clv` take."""

import numpy as np
from numpy.typing import NDArray

from ...clv import AmountTrend, Estimate, PurchaseHistory, lifetime_value
from ...clv.lifecycle import lifecycle, purchase_before_last
from .value_words import EVIDENCES

# "never": before any day that a value could name
NEVER = np.iinfo(np.int32).min
LATEST_DAY = 365 * 100
EVIDENCE_KEYS = [key for key, _label in EVIDENCES]


def history_of(columns: dict[str, NDArray], cutoff_day: int) -> PurchaseHistory:
    """The purchase histories of ``crm.purchase.history._read_arrays``, in weeks, with
    amounts as usual purchases of today where ``usual_amounts`` has made them."""
    count = columns["purchase_count"]
    value = columns["revenue"] / count
    margin = _mean_margin(columns)
    return PurchaseHistory.from_days(
        customer=columns["customer"],
        repeats=count - 1,
        recency_days=columns["last_day"] - columns["first_day"],
        age_days=cutoff_day - columns["first_day"],
        log_interval_days=columns["log_intervals"],
        value=columns.get("usual_value", value),
        margin=columns.get("usual_margin", margin),
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


def usual_amounts(
    columns: dict[str, NDArray], cutoff_day: int, amounts: AmountTrend
) -> dict[str, NDArray]:
    """Mean revenue and margin as of usual purchases of today; nothing where these are
    the amounts as they are."""
    if not amounts.source:
        return {}
    history = history_of(columns, cutoff_day)
    growth = AmountTrend(growth=amounts.growth).factor(history)
    first = columns["first_revenue"]
    # what a usual purchase in the first one's place leaves of all purchases
    left = 1 - first / columns["purchased"] * (1 - 1 / amounts.first)
    left = np.where(columns["revenue"] > 0, left, 1.0)
    margin = history.margin * left
    if amounts.first != 1.0:
        margin = _without_first_margin(columns, first / amounts.first, margin)
    return {
        "usual_value": history.value * left * growth,
        "usual_margin": margin * growth,
    }


def _without_first_margin(
    columns: dict[str, NDArray], usual_first: NDArray, otherwise: NDArray
) -> NDArray:
    """Mean margin where the first purchase has the later ones' rate of it."""
    revenue, count = columns["revenue"], columns["purchase_count"]
    known = np.isfinite(columns["first_margin"]) & (revenue > 0)
    known &= columns["costed_revenue"] == revenue
    later = columns["margin"] - columns["first_margin"]
    again = known & (count > 1)
    sold = (revenue - columns["first_revenue"])[again].sum()
    if not sold > 0:
        return otherwise
    rate = later[again].sum() / sold
    return np.where(known, (later + usual_first * rate) / count, otherwise)


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


def carried(columns: dict) -> dict:
    """The columns that a batch carries."""
    spent = {"margin_trend", "amount_sums", "purchased", "first_revenue"}
    spent.add("first_margin")
    return {name: column for name, column in columns.items() if name not in spent}


def holdout_counts(
    customers: NDArray[np.int32], holdout: dict[str, NDArray]
) -> NDArray[np.int64]:
    """The hold-out's purchases of each of ``customers``, who are ascending."""
    return _spread(customers, holdout, holdout["purchase_count"])


def holdout_money(
    customers: NDArray[np.int32], holdout: dict[str, NDArray], rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The hold-out's revenue and margin of each of ``customers``.

    :param rate: margin of the revenue whose own is not known
    """
    unknown = holdout["revenue"] - holdout["costed_revenue"]
    margin = holdout["margin"] + rate * unknown
    return (
        _spread(customers, holdout, holdout["revenue"]),
        _spread(customers, holdout, margin),
    )


def _spread(
    customers: NDArray[np.int32], holdout: dict[str, NDArray], figures: NDArray
) -> NDArray:
    """The hold-out's figures in the place of each customer; zero of all others."""
    found = np.zeros(len(customers), figures.dtype)
    known = np.isin(holdout["partner_id"], customers)
    rows = np.searchsorted(customers, holdout["partner_id"][known])
    found[rows] = figures[known]
    return found


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
