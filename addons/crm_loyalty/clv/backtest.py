"""Back-test: would the forecast have been right, and better than none?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .counts import PurchaseCounts
from .estimates import SURELY_GONE, Estimate
from .history import PurchaseHistory
from .margin import MarginRate
from .value import money_within

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS = 30
FEWEST_PURCHASES = 10


@dataclass(frozen=True)
class Accuracy:
    """Total of one forecast, and its errors per customer."""

    total: float
    mae: float
    rmse: float

    @classmethod
    def of(cls, forecast: Floats, actual: Floats) -> Accuracy:
        error = forecast - actual
        if not len(error):
            return cls(0.0, 0.0, 0.0)
        return cls(
            float(forecast.sum()),
            float(np.abs(error).mean()),
            float(np.sqrt((error**2).mean())),
        )


@dataclass(frozen=True)
class Decile:
    """Customers of like probability to buy: predicted against observed share."""

    customers: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Money:
    """What all customers brought, and what two forecasts had said they would.

    ``low`` and ``high`` are the ends of the interval that was to hold the actual total
    in 95 of 100 bases; naive is the same rate of purchases, of the same mean amount.
    """

    actual: float
    low: float
    high: float
    model: Accuracy
    naive: Accuracy

    @property
    def verdict(self) -> str:
        return "naive" if self.naive.rmse < self.model.rmse else "model"

    @property
    def held(self) -> bool:
        return self.low <= self.actual <= self.high

    @property
    def miss(self) -> float:
        """By what share of itself the model's total was off."""
        return (self.actual - self.model.total) / (abs(self.model.total) or 1.0)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Money:
        model, naive = Accuracy(**data["model"]), Accuracy(**data["naive"])
        return cls(**{**data, "model": model, "naive": naive})


@dataclass(frozen=True)
class BackTest:
    """``verdict``: "model", "naive" (same rate as before had the smaller error per
    customer) or "too_few" (nothing can be told). ``gone_return``: that held even of
    customers who had seemed surely gone. ``revenue`` and ``margin`` are None where
    nobody knows them."""

    customers: int
    horizon: float
    actual: int
    model: Accuracy
    naive: Accuracy
    deciles: tuple[Decile, ...]
    evidence: str
    verdict: str
    revenue: Money | None = None
    margin: Money | None = None
    gone_return: bool = False

    @property
    def money(self) -> Money | None:
        """Of what values count: margin, or revenue where no margin is known."""
        return self.margin or self.revenue

    @property
    def calibration_error(self) -> float:
        """Mean distance between predicted and observed shares, over customers."""
        misses = [d.customers * abs(d.predicted - d.observed) for d in self.deciles]
        return sum(misses) / self.customers if self.customers else 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> BackTest:
        money = {
            # reports from before money was looked at have none
            name: data.get(name) and Money.from_dict(data[name])
            for name in ("revenue", "margin")
        }
        return cls(
            **{
                **data,
                **money,
                "model": Accuracy(**data["model"]),
                "naive": Accuracy(**data["naive"]),
                "deciles": tuple(Decile(**decile) for decile in data["deciles"]),
            }
        )


def backtest(
    calibration: PurchaseHistory,
    actual: ArrayLike,
    horizon: float,
    found: Estimate,
    revenue: ArrayLike | None = None,
    margin: ArrayLike | None = None,
) -> BackTest:
    """Forecast from the calibration alone, and compare.

    ``actual`` are the purchases of each of its customers in the ``horizon`` after its
    cut-off. The root mean square error decides, since it is smallest for the mean;
    the mean absolute error would favour forecasting zero for everyone.

    :param found: the estimate of the calibration
    :param revenue: what each customer brought in that time, returns taken off
    :param margin: the same of margin; leave out where it is not known
    """
    actual = np.asarray(actual, dtype=np.float64)
    if actual.shape != (len(calibration),):
        raise ValueError("actual: one number per customer of the calibration")
    counts = found.counts(calibration, horizon)
    model = Accuracy.of(counts.mean, actual)
    as_before = found.rhythm.naive_counts(calibration, horizon).mean
    naive = Accuracy.of(as_before, actual)
    gone = found.alive(calibration) < SURELY_GONE
    verdict = "naive" if naive.rmse < model.rmse else "model"
    if len(actual) < FEWEST_CUSTOMERS or actual.sum() < FEWEST_PURCHASES:
        verdict = "too_few"
    return BackTest(
        customers=len(actual),
        horizon=float(horizon),
        actual=int(actual.sum()),
        model=model,
        naive=naive,
        deciles=deciles(counts.any, actual > 0),
        evidence=found.rung,
        verdict=verdict,
        revenue=_money(
            replace(calibration, margin=None),
            revenue,
            horizon,
            replace(found, margin=MarginRate(base=1.0)),
            counts,
        ),
        margin=_money(calibration, margin, horizon, found, counts)
        if found.margin.customers
        else None,
        gone_return=bool(
            gone.sum() >= FEWEST_CUSTOMERS
            and Accuracy.of(as_before[gone], actual[gone]).rmse
            < Accuracy.of(counts.mean[gone], actual[gone]).rmse
        ),
    )


def _money(
    calibration: PurchaseHistory,
    actual: ArrayLike | None,
    horizon: float,
    found: Estimate,
    counts: PurchaseCounts,
) -> Money | None:
    """Back-test of what values would count over the horizon, undiscounted."""
    if actual is None or calibration.value is None or not horizon > 0:
        return None
    actual = np.asarray(actual, dtype=np.float64)
    if actual.shape != (len(calibration),):
        raise ValueError("money: one amount per customer of the calibration")
    value, total = money_within(found, calibration, horizon, counts)
    low, high = total.interval(0.95)
    amount = _known_mean(calibration, found)
    naive = found.rhythm.naive_counts(calibration, horizon).mean * amount
    return Money(
        float(actual.sum()),
        low,
        high,
        Accuracy.of(value, actual),
        Accuracy.of(naive, actual),
    )


def _known_mean(calibration: PurchaseHistory, found: Estimate) -> Floats:
    """Of each one's purchases so far, as they were; the base's where nobody knows."""
    value = calibration.value
    assert value is not None
    known = ~np.isnan(value)
    count = calibration.x[known] + 1.0
    mean = float(np.average(value[known], weights=count)) if known.any() else 0.0
    value = np.where(known, value, mean)
    if calibration.margin is None:
        return value * found.margin.base
    unknown = np.isnan(calibration.margin)
    return np.where(unknown, value * found.margin.base, calibration.margin)


def deciles(predicted: Floats, observed: NDArray[np.bool_]) -> tuple[Decile, ...]:
    """Tenths of the customers by what was predicted, the least likely first."""
    order = np.argsort(predicted, kind="stable")
    return tuple(
        Decile(len(rows), float(predicted[rows].mean()), float(observed[rows].mean()))
        for rows in np.array_split(order, 10)
        if len(rows)
    )
