"""What was estimated of a base, and what it says of each of its customers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .amounts import YEAR_DAYS, AmountTrend
from .correction import shifted, shifted_threshold
from .counts import PurchaseCounts
from .gamma_gamma import GammaGamma
from .history import PurchaseHistory
from .margin import MarginRate
from .mbg_cnbd import MbgCnbd
from .rhythm import Rhythm

Floats = NDArray[np.float64]

POPULATION, RHYTHM, RULE = "population", "rhythm", "rule"
# Less likely to be left than one in twenty.
SURELY_GONE = 0.05


@dataclass(frozen=True)
class Reason:
    """Why the ladder stands where it stands: a code and its figures, no sentence."""

    code: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """Everything needed to score customers, in this process or another.

    ``population`` is None where the ladder stands lower; ``naive`` tells that the
    back-test prefers "same rate as before" for the number of purchases, ``gone_return``
    that it does so even for customers who seem surely gone. A history's
    ``shift`` moves the alive probability, and with it all that being alive brings.
    ``amounts`` tells what amounts so far say of those to come: see ``AmountTrend``.
    """

    rhythm: Rhythm
    margin: MarginRate
    amounts: AmountTrend = AmountTrend()
    population: MbgCnbd | None = None
    spend: GammaGamma | None = None
    naive: bool = False
    gone_return: bool = False
    years: float = 3.0
    discount_rate: float = 0.1
    parameter_error: float = 0.0
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not self.years > 0:
            raise ValueError("years: a positive horizon is needed")
        if not self.discount_rate >= 0:
            raise ValueError("discount_rate: must not be negative")

    @property
    def rung(self) -> str:
        """Of the ladder: what the base stands on as a whole."""
        return POPULATION if self.population else RHYTHM

    @property
    def source(self) -> MbgCnbd | Rhythm:
        return self.population or self.rhythm

    def evidence(self, history: PurchaseHistory) -> NDArray[np.str_]:
        """What each customer's figures rest on."""
        if self.population:
            return np.full(len(history), POPULATION)
        return np.where(self.rhythm.is_own(history), RHYTHM, RULE)

    def alive(self, history: PurchaseHistory) -> Floats:
        alive = self.source.alive(history)
        return alive if history.shift is None else shifted(alive, history.shift)

    def alive_curve(self, history: PurchaseHistory, times: ArrayLike) -> Floats:
        """P(alive) at times since the first purchase if nothing more is bought, one
        row per customer; times before the last purchase count as that moment."""
        at = [
            self.alive(replace(history, T=np.maximum(history.t_x, time)))
            for time in np.asarray(times, dtype=np.float64)
        ]
        return np.stack(at, axis=1) if at else np.zeros((len(history), 0))

    def silent_until(self, history: PurchaseHistory, threshold: float) -> Floats:
        if history.shift is not None and history.shift.any():
            threshold = shifted_threshold(threshold, history.shift)
        return self.source.silent_until(history, threshold)

    def expected_purchases(self, history: PurchaseHistory, horizon: float) -> Floats:
        if self.naive:
            return self.counts(history, horizon).mean
        expected = self.source.expected_purchases(history, horizon)
        return expected if history.shift is None else expected * self._moved(history)

    def counts(
        self, history: PurchaseHistory, horizon: float, discount: float = 0.0
    ) -> PurchaseCounts:
        if not self.naive:
            return self._while_alive(history, horizon, discount)
        counts = self.rhythm.naive_counts(history, horizon, discount)
        rows = np.flatnonzero(self._not_as_before(history))
        if len(rows):
            alive = self._while_alive(history[rows], horizon, discount)
            for moment, of_rows in zip(counts, alive, strict=True):
                moment[rows] = of_rows
        return counts

    def _while_alive(
        self, history: PurchaseHistory, horizon: float, discount: float
    ) -> PurchaseCounts:
        counts = self.source.counts(history, horizon, discount)
        return counts if history.shift is None else counts.scaled(self._moved(history))

    def _not_as_before(self, history: PurchaseHistory) -> NDArray[np.bool_]:
        """Whom "same rate as before" says nothing of: who is surely gone, unless the
        held-out quarter has shown that such customers return, and who kept nothing of
        what he bought."""
        apart = np.zeros(len(history), dtype=bool)
        if not self.gone_return:
            apart |= self.alive(history) < SURELY_GONE
        if history.value is not None:
            apart |= history.value <= 0  # of an unknown amount nothing is said
        return apart

    def _moved(self, history: PurchaseHistory) -> Floats:
        """By what factor the shift changes the chance to be alive. From odds, since a
        chance so small that it is zero may grow twentyfold and stay zero."""
        alive = self.source.alive(history)
        assert history.shift is not None
        factor = 1.0 / (alive + (1.0 - alive) * np.exp(-history.shift))
        return np.where(history.shift == 0.0, 1.0, factor)

    @staticmethod
    def per_year(history: PurchaseHistory) -> float:
        """How many of the history's units make a year."""
        return YEAR_DAYS / history.unit_days

    def horizon(self, history: PurchaseHistory) -> float:
        """``years`` in the history's unit."""
        return self.years * self.per_year(history)

    def force(self, history: PurchaseHistory) -> float:
        """Force of interest per unit of the history."""
        return float(np.log1p(self.discount_rate)) / self.per_year(history)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, texts, lists and dicts: fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Estimate:
        population, spend = data["population"], data["spend"]
        return cls(
            **{
                **data,
                "rhythm": Rhythm(**data["rhythm"]),
                "margin": MarginRate(**data["margin"]),
                # of runs from before amounts were looked at
                "amounts": AmountTrend(**data.get("amounts", {})),
                "population": population and MbgCnbd.from_dict(population),
                "spend": spend and GammaGamma.from_dict(spend),
                "reasons": tuple(Reason(**reason) for reason in data["reasons"]),
            }
        )
