"""Back-test: would the forecast have been right, and better than none?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .estimates import Estimate
from .history import PurchaseHistory

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
class BackTest:
    """``verdict``: "model", "naive" (same rate as before had the smaller error per
    customer) or "too_few" (nothing can be told)."""

    customers: int
    horizon: float
    actual: int
    model: Accuracy
    naive: Accuracy
    deciles: tuple[Decile, ...]
    evidence: str
    verdict: str

    @property
    def calibration_error(self) -> float:
        """Mean distance between predicted and observed shares, over customers."""
        misses = [d.customers * abs(d.predicted - d.observed) for d in self.deciles]
        return sum(misses) / self.customers if self.customers else 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> BackTest:
        return cls(
            **{
                **data,
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
) -> BackTest:
    """Forecast from the calibration alone, and compare.

    ``actual`` are the purchases of each of its customers in the ``horizon`` after its
    cut-off. The root mean square error decides, since it is smallest for the mean;
    the mean absolute error would favour forecasting zero for everyone.

    :param found: the estimate of the calibration
    """
    actual = np.asarray(actual, dtype=np.float64)
    if actual.shape != (len(calibration),):
        raise ValueError("actual: one number per customer of the calibration")
    counts = found.counts(calibration, horizon)
    model = Accuracy.of(counts.mean, actual)
    naive = Accuracy.of(found.rhythm.naive_counts(calibration, horizon).mean, actual)
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
    )


def deciles(predicted: Floats, observed: NDArray[np.bool_]) -> tuple[Decile, ...]:
    """Tenths of the customers by what was predicted, the least likely first."""
    order = np.argsort(predicted, kind="stable")
    return tuple(
        Decile(len(rows), float(predicted[rows].mean()), float(observed[rows].mean()))
        for rows in np.array_split(order, 10)
        if len(rows)
    )
