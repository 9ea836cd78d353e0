"""The ladder of evidence: population model, else own rhythm, else the plain rule."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .correction import shifted, shifted_threshold
from .counts import PurchaseCounts
from .errors import FitError
from .gamma_gamma import GammaGamma
from .history import PurchaseHistory
from .margin import MarginRate
from .mbg_cnbd import MbgCnbd
from .precision import parameter_error, revenue_error
from .rhythm import Rhythm
from .value import YEAR_DAYS

if TYPE_CHECKING:
    from .backtest import BackTest

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS = 30
# Beyond this relative error of the base's revenue, parameters say too little.
LARGEST_ERROR = 0.5
POPULATION, RHYTHM, RULE = "population", "rhythm", "rule"


@dataclass(frozen=True)
class Reason:
    """Why the ladder stands where it stands: a code and its figures, no sentence."""

    code: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """Everything needed to score customers, in this process or another.

    ``population`` is None where the ladder stands lower; ``naive`` tells that the
    back-test prefers "same rate as before" for the number of purchases. A history's
    ``shift`` moves the alive probability, and with it all that being alive brings.
    """

    rhythm: Rhythm
    margin: MarginRate
    population: MbgCnbd | None = None
    spend: GammaGamma | None = None
    naive: bool = False
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
            return self.rhythm.naive_counts(history, horizon).mean
        expected = self.source.expected_purchases(history, horizon)
        return expected if history.shift is None else expected * self._moved(history)

    def counts(
        self, history: PurchaseHistory, horizon: float, discount: float = 0.0
    ) -> PurchaseCounts:
        if self.naive:
            return self.rhythm.naive_counts(history, horizon, discount)
        counts = self.source.counts(history, horizon, discount)
        return counts if history.shift is None else counts.scaled(self._moved(history))

    def _moved(self, history: PurchaseHistory) -> Floats:
        """By what factor the shift changes the chance to be alive. From odds, since a
        chance so small that it is zero may grow twentyfold and stay zero."""
        alive = self.source.alive(history)
        assert history.shift is not None
        factor = 1.0 / (alive + (1.0 - alive) * np.exp(-history.shift))
        return np.where(history.shift == 0.0, 1.0, factor)

    def horizon(self, history: PurchaseHistory) -> float:
        """``years`` in the history's unit."""
        return self.years * YEAR_DAYS / history.unit_days

    def force(self, history: PurchaseHistory) -> float:
        """Force of interest per unit of the history."""
        return float(np.log1p(self.discount_rate)) * history.unit_days / YEAR_DAYS

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
                "population": population and MbgCnbd.from_dict(population),
                "spend": spend and GammaGamma.from_dict(spend),
                "reasons": tuple(Reason(**reason) for reason in data["reasons"]),
            }
        )


def estimate(
    history: PurchaseHistory,
    backtest: BackTest | None = None,
    years: float = 3.0,
    discount_rate: float = 0.1,
) -> Estimate:
    """The highest rung that these data carry, with the reasons. Never fails."""
    population, why = _population(history)
    spend, why_spend = _spend(history)
    margin = MarginRate.fit(history)
    found = Estimate(
        rhythm=Rhythm.of(history),
        margin=margin,
        population=population,
        spend=spend,
        years=years,
        discount_rate=discount_rate,
    )
    error = revenue_error(found, history)
    if population and not error <= LARGEST_ERROR and spend and spend.covariance:
        # it may be the amounts alone that say too little
        plain, why_plain = _plain_spend(history)
        simpler = replace(found, spend=plain)
        simpler_error = revenue_error(simpler, history)
        if simpler_error <= LARGEST_ERROR:
            found, error, why_spend = simpler, simpler_error, why_plain
    if population and not error <= LARGEST_ERROR:
        why = Reason("uncertain", {"error": error})
        found = replace(found, population=None)
    found = replace(found, parameter_error=parameter_error(found, history))
    reasons = [why, *why_spend]
    if spend and not margin.customers:
        reasons.append(Reason("no_margins"))
    rung = POPULATION if found.population else RHYTHM
    if backtest and backtest.verdict == "naive" and backtest.evidence == rung:
        figures = {"model": backtest.model.rmse, "naive": backtest.naive.rmse}
        reasons.append(Reason("naive_forecast", figures))
        found = replace(found, naive=True)
        found = replace(found, parameter_error=parameter_error(found, history))
    return replace(found, reasons=tuple(reasons))


def _population(history: PurchaseHistory) -> tuple[MbgCnbd | None, Reason]:
    customers = len(history)
    if customers < FEWEST_CUSTOMERS:
        figures = {"customers": customers, "needed": FEWEST_CUSTOMERS}
        return None, Reason("few_customers", figures)
    if not history.x.any():
        return None, Reason("no_repeats", {"customers": customers})
    try:
        model = MbgCnbd.fit(history)
    except FitError as error:
        return None, Reason("fit_failed", {"error": str(error)})
    if model.at_bound:
        return None, Reason("at_bound", {"parameters": list(model.at_bound)})
    if not model.trusted:
        return None, Reason("not_converged", {"customers": customers})
    figures = {"customers": customers, "repeats": int(history.x.sum()), "k": model.k}
    return model, Reason("population", figures)


def _spend(history: PurchaseHistory) -> tuple[GammaGamma | None, list[Reason]]:
    if history.value is None or np.isnan(history.value).all():
        return None, [Reason("no_values")]
    x, value = _amounts(history)
    if not len(value):  # everything came back, and nothing is left to estimate
        return None, []
    if len(value) >= FEWEST_CUSTOMERS:
        model = GammaGamma.fit(x, value)
        if model.trusted:
            return model, []
    return _plain_spend(history)


def _plain_spend(history: PurchaseHistory) -> tuple[GammaGamma, list[Reason]]:
    """Each one's average drawn towards the average of all, by convention."""
    x, value = _amounts(history)
    mean = float(np.average(value, weights=x))
    figures = {"customers": len(value)}
    return GammaGamma.convention(mean), [Reason("spend_convention", figures)]


def _amounts(history: PurchaseHistory) -> tuple[Floats, Floats]:
    """Purchases and their average amount, of customers who brought something: of the
    others it is known too, but no amount that could be drawn towards anything."""
    assert history.value is not None
    brought = history.value > 0
    return history.x[brought] + 1, history.value[brought]
