"""Do attributes forecast better than the purchase history alone?

The quarter that the back-test holds out decides. Its outcomes are needed twice, to fit
a correction and to judge it, so it is cross-fitted: each fifth of the customers is
judged by a correction, penalty included, that was made of the other four (Stone 1974,
"Cross-validatory choice and assessment of statistical predictions"). Attributes are
adopted when they say more than chance would (``ScoreTest``), the correction lowers the
log loss of customers it has not seen by more than nothing to speak of, and it does not
spoil the calibration.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .attributes import Attribute, Design
from .backtest import Decile, deciles
from .correction import Correction, Outcomes
from .errors import FitError
from .estimates import Estimate
from .history import PurchaseHistory
from .screening import ScoreTest

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS, FEWEST_OUTCOMES = 200, 30
# More customers than these make a fit no better that anybody would notice.
MOST_CUSTOMERS = 20_000
FOLDS = 5
# Chance alone says as much in so many bases, and does not lower the log loss in most.
LEVEL = 0.025
# Attributes with a larger p-value of their own stay out of the correction.
SCREEN = 0.05
# Share of the log loss below which a gain does not pay for reading attributes.
SMALLEST_GAIN = 0.002
ADOPTED, FEW, NOTHING, NO_GAIN, CALIBRATION, UNSETTLED, NAIVE = (
    "adopted",
    "few_outcomes",
    "no_attributes",
    "no_gain",
    "calibration",
    "unsettled",
    "naive",
)


@dataclass(frozen=True)
class Fit:
    """How near one forecast came: mean log loss per customer, and the mean distance
    between predicted and observed shares over tenths of the customers."""

    log_loss: float
    calibration_error: float
    deciles: tuple[Decile, ...] = ()


@dataclass(frozen=True)
class Trial:
    """``verdict``: "adopted", or why not. Of the corrected forecast nothing was seen by
    the weights that made it; ``correction`` is fitted to everyone."""

    verdict: str
    evidence: str = ""
    customers: int = 0
    buyers: int = 0
    plain: Fit | None = None
    corrected: Fit | None = None
    chance: float = 1.0
    """how often chance alone would say as much"""
    tolerance: float = 0.0
    """calibration error that chance alone gives a perfect forecast"""
    names: tuple[str, ...] = ()
    correction: Correction | None = None

    @property
    def adopted(self) -> bool:
        return self.verdict == ADOPTED

    def to_dict(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("plain", "corrected"):
            data[name] = data[name] and asdict(data[name])
        data["names"] = list(self.names)
        data["correction"] = self.correction and self.correction.to_dict()
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Trial:
        def fit(part: dict[str, Any] | None) -> Fit | None:
            if part is None:
                return None
            deciles = tuple(Decile(**decile) for decile in part["deciles"])
            return Fit(part["log_loss"], part["calibration_error"], deciles)

        correction = data["correction"]
        return cls(
            **{
                **data,
                "plain": fit(data["plain"]),
                "corrected": fit(data["corrected"]),
                "names": tuple(data["names"]),
                "correction": correction and Correction.from_dict(correction),
            }
        )


def try_attributes(
    plain: Estimate,
    calibration: PurchaseHistory,
    actual: ArrayLike,
    horizon: float,
    attributes: Sequence[Attribute],
    rng: np.random.Generator,
) -> Trial:
    """Whether these attributes, as they were known at the calibration's cut-off, would
    have forecast better who buys within the ``horizon`` after it.

    :param plain: estimated from the calibration alone
    :param actual: purchases of each of its customers in the horizon
    """
    if plain.naive:
        return Trial(NAIVE)
    step = max(math.ceil(len(calibration) / MOST_CUSTOMERS), 1)
    rows = slice(None, None, step)
    history, bought = calibration[rows], np.asarray(actual)[rows] > 0
    size = {
        "evidence": plain.rung,
        "customers": len(history),
        "buyers": int(bought.sum()),
    }
    few = min(size["buyers"], len(history) - size["buyers"]) < FEWEST_OUTCOMES
    if few or len(history) < FEWEST_CUSTOMERS:
        return Trial(FEW, **size)
    attributes = [attribute[rows] for attribute in attributes]
    design = Design.fit(attributes)
    if not design.width:
        return Trial(NOTHING, **size)
    size["names"] = tuple(part.name for part in design.parts)
    counts = plain.counts(history, horizon)
    outcomes = Outcomes.of(plain.alive(history), counts.any, bought)
    try:
        test = ScoreTest(design, design.columns(attributes), outcomes)
        size["chance"] = test.chance(rng)
        shift = _cross_fitted(attributes, outcomes, rng)
        correction = _learn(attributes, outcomes, rng)
    except FitError:
        return Trial(UNSETTLED, **size)
    return _judge(outcomes, shift, correction, size)


def _learn(
    attributes: Sequence[Attribute], outcomes: Outcomes, rng: np.random.Generator
) -> Correction | None:
    """From these customers: which attributes speak, how loudly. None: no one does."""
    design = Design.fit(attributes)
    if not design.width:
        return None
    tails = ScoreTest(design, design.columns(attributes), outcomes).p_values()
    design = Design(
        tuple(p for p, tail in zip(design.parts, tails, strict=True) if tail <= SCREEN)
    )
    if not design.width:
        return None
    return Correction.fit(design, attributes, outcomes, rng)


def _cross_fitted(
    attributes: Sequence[Attribute], outcomes: Outcomes, rng: np.random.Generator
) -> Floats:
    """Each customer's shift by weights that have not seen him."""
    count = len(outcomes.bought)
    fold = rng.permutation(count) % FOLDS
    shift = np.zeros(count)
    for part in range(FOLDS):
        learn, judge = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        seen = [attribute[learn] for attribute in attributes]
        if correction := _learn(seen, outcomes.rows(learn), rng):
            unseen = [attribute[judge] for attribute in attributes]
            shift[judge] = correction.shift(unseen)
    return shift


def _judge(
    outcomes: Outcomes,
    shift: Floats,
    correction: Correction | None,
    size: dict[str, Any],
) -> Trial:
    before, after = outcomes.losses(), outcomes.losses(shift)
    gain = float((before - after).mean())
    plain = _fit(outcomes.forecast(), outcomes.bought, before)
    corrected = _fit(outcomes.forecast(shift), outcomes.bought, after)
    tolerance = _calibration_by_chance(corrected.deciles)
    by_chance = size["chance"] > LEVEL or not correction
    if by_chance or gain < SMALLEST_GAIN * before.mean():
        verdict = NO_GAIN
    elif corrected.calibration_error > max(plain.calibration_error, tolerance):
        verdict = CALIBRATION
    else:
        verdict = ADOPTED
    return Trial(
        verdict,
        plain=plain,
        corrected=corrected,
        tolerance=tolerance,
        correction=correction,
        **size,
    )


def _fit(forecast: Floats, bought: NDArray[np.bool_], losses: Floats) -> Fit:
    tenths = deciles(forecast, bought)
    misses = [d.customers * abs(d.predicted - d.observed) for d in tenths]
    return Fit(float(losses.mean()), sum(misses) / len(losses), tenths)


def _calibration_by_chance(tenths: Sequence[Decile]) -> float:
    """What the mean distance is for a perfect forecast, plus two standard errors.

    The distance in one tenth is about half-normal with the share's standard error s:
    mean s (2 / pi)^0.5, variance s^2 (1 - 2 / pi).
    """
    customers = np.array([d.customers for d in tenths], dtype=np.float64)
    share = np.array([d.predicted for d in tenths])
    weight = customers / customers.sum()
    error = np.sqrt(share * (1.0 - share) / customers)
    mean = (weight * error).sum() * np.sqrt(2.0 / np.pi)
    spread = np.sqrt(((weight * error) ** 2).sum() * (1.0 - 2.0 / np.pi))
    return float(mean + 2.0 * spread)
