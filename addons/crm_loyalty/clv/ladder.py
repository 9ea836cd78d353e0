"""The ladder of evidence: population model, else own rhythm, else the plain rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .amounts import GIVEN, AmountTrend
from .backtest import BackTest
from .errors import FitError
from .estimates import Estimate, Reason
from .gamma_gamma import GammaGamma
from .history import PurchaseHistory
from .margin import MarginRate
from .mbg_cnbd import MbgCnbd
from .precision import alive_share, parameter_error, revenue_error
from .rhythm import Rhythm

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS = 30
# Beyond this relative error of the base's revenue, parameters say too little.
LARGEST_ERROR = 0.5
# The share of customers who are left is uncertain where its error is beyond so much,
# and beyond so many times what it would be if one could see who has left.
LARGEST_ALIVE_ERROR, TIMES_CHANCE = 0.04, 5.0


def estimate(
    history: PurchaseHistory,
    backtest: BackTest | None = None,
    years: float = 3.0,
    discount_rate: float = 0.1,
    amounts: AmountTrend | None = None,
) -> Estimate:
    """The highest rung that these data carry, with the reasons. Never fails.

    :param amounts: how amounts differ by when they fell, where the purchases told it
        and ``history`` has them as of today; read from the means when None
    """
    population, why = _population(history)
    if amounts is None:
        amounts = AmountTrend.of_means(history, population)
    history = amounts.usual(history)
    spend, why_spend = _spend(history)
    margin = MarginRate.fit(history)
    found = Estimate(
        rhythm=Rhythm.of(history),
        margin=margin,
        amounts=amounts,
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
    reasons = [why, *_short_past(found, history), *why_spend, *_of_amounts(found)]
    if spend and not margin.customers:
        reasons.append(Reason("no_margins"))
    if backtest and backtest.verdict == "naive" and backtest.evidence == found.rung:
        figures = {"model": backtest.model.rmse, "naive": backtest.naive.rmse}
        code = "naive_forecast_all" if backtest.gone_return else "naive_forecast"
        reasons.append(Reason(code, figures))
        found = replace(found, naive=True, gone_return=backtest.gone_return)
        found = replace(found, parameter_error=parameter_error(found, history))
    if backtest and backtest.verdict != "too_few" and backtest.evidence == found.rung:
        reasons += _of_money(backtest)
        found = replace(found, parameter_error=_with_miss(found, backtest))
    return replace(found, reasons=tuple(reasons))


def _of_money(backtest: BackTest) -> list[Reason]:
    money, reasons = backtest.money, []
    if money and money.verdict == "naive":
        figures = {"model": money.model.rmse, "naive": money.naive.rmse}
        reasons.append(Reason("naive_money", figures))
    if money and not money.held:
        code = "money_high" if money.miss < 0 else "money_low"
        reasons.append(Reason(code, {"share": abs(money.miss)}))
    return reasons


def _with_miss(found: Estimate, backtest: BackTest) -> float:
    """What values were off by in the back-test they may be off by again."""
    money = backtest.money
    if not money or money.held:
        return found.parameter_error
    return float(np.hypot(found.parameter_error, money.miss))


def _short_past(found: Estimate, history: PurchaseHistory) -> list[Reason]:
    """Whether who has left is much less sure than the number of customers allows."""
    if not found.population:
        return []
    alive, error = alive_share(found.population, history)
    by_chance = np.sqrt(alive * (1.0 - alive) / len(history))
    if error <= max(LARGEST_ALIVE_ERROR, TIMES_CHANCE * by_chance):
        return []
    return [Reason("uncertain_past", {"alive": alive, "error": error})]


def _of_amounts(found: Estimate) -> list[Reason]:
    amounts, reasons = found.amounts, []
    if amounts.first != 1.0:
        reasons.append(Reason("first_unlike", {"times": amounts.first}))
    if amounts.growth != 0.0:
        code = "growth_given" if amounts.source == GIVEN else "growth"
        reasons.append(Reason(code, {"growth": amounts.yearly}))
    return reasons


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
