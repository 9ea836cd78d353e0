"""Customer lifetime value: pure numbers, arrays in, arrays out.

One refresh, as ``crm.value.run`` makes it::

    history = PurchaseHistory.from_days(      # columns as the database counts them
        customer, repeats, recency_days, age_days, log_interval_days, value, margin)
    before = estimate(calibration)              # optional: would it have been right?
    report = backtest(calibration, actual, horizon, before, revenue, margin)
    found = estimate(history, report, years=3, discount_rate=0.1)
    stored = found.to_dict()                            # JSON

    found = Estimate.from_dict(stored)                  # any process, any batch
    batch = history[start:stop]
    found.evidence(batch)                    # "population", "rhythm" or "rule"
    found.alive(batch)                       # P(still a customer)
    found.expected_purchases(batch, 52)      # in the next 52 weeks
    found.silent_until(batch, 0.5)           # weeks since the first purchase
    found.alive_curve(batch, times)          # the curve, one row per customer
    value = lifetime_value(found, batch)     # mean, low, high, purchases, total
    value.total + other.total                # BaseTotal; .interval(0.8)

    trial = try_attributes(before, calibration, actual, horizon, attributes, rng)
    if trial.adopted:                        # attributes forecast better
        shift = trial.correction.shift(attributes)
        corrected = replace(history, shift=shift)   # for every method above

    value_classes(all_values), concentration(all_values), rfm(history)

    margin_uplift(treated, control)          # what a program added, with interval
    rate_uplift(45, 900, 3, 100)             # the same of a share of customers

    effect = OfferEffect.fit(customers, treated, margin, bought, lapse_threshold)
    advise(customers, offer, anyway, can_wait, effect=effect, ...)   # whom to give it

Times are in the history's unit (weeks). ``found.reasons`` are codes with figures:
population, few_customers, no_repeats, fit_failed, not_converged, uncertain,
uncertain_past, naive_forecast, naive_forecast_all, spend_convention, no_values,
no_margins, first_unlike, growth, growth_given, naive_money, money_high, money_low.
``value`` and ``margin`` are means per purchase over all purchases, the first included;
where a history's maker has put them into usual purchases of today, ``estimate`` is
given the ``AmountTrend``.

Direct use of the models: ``MbgCnbd.fit``, ``GammaGamma.fit``, ``Rhythm.of``,
``MarginRate.fit``; a model that cannot be fitted raises ``FitError``.
"""

from .advice import Advice, Offer, advise, buys_anyway
from .amounts import AmountTrend
from .attributes import Attribute, Design
from .backtest import Accuracy, BackTest, Decile, Money, backtest
from .classes import concentration, value_classes
from .correction import Correction
from .counts import PurchaseCounts
from .effect import Customers, OfferEffect
from .errors import FitError
from .estimates import Estimate, Reason
from .gamma_gamma import GammaGamma, Spend
from .history import PurchaseHistory
from .ladder import estimate
from .margin import MarginRate
from .mbg_cnbd import MbgCnbd
from .protected import ProtectedAttribute, refuse_protected
from .rfm import Rfm, rfm
from .rhythm import Rhythm
from .trial import Trial, try_attributes
from .uplift import Uplift, at_every_look, margin_uplift, rate_uplift
from .value import BaseTotal, LifetimeValue, lifetime_value

__all__ = [
    "Advice",
    "Accuracy",
    "AmountTrend",
    "Attribute",
    "BackTest",
    "BaseTotal",
    "Customers",
    "Correction",
    "Decile",
    "Design",
    "Estimate",
    "FitError",
    "GammaGamma",
    "LifetimeValue",
    "MarginRate",
    "MbgCnbd",
    "Money",
    "Offer",
    "OfferEffect",
    "ProtectedAttribute",
    "PurchaseCounts",
    "PurchaseHistory",
    "Reason",
    "Rfm",
    "Rhythm",
    "Spend",
    "Uplift",
    "advise",
    "Trial",
    "backtest",
    "buys_anyway",
    "concentration",
    "estimate",
    "lifetime_value",
    "at_every_look",
    "margin_uplift",
    "rate_uplift",
    "refuse_protected",
    "rfm",
    "try_attributes",
    "value_classes",
]
