"""Give an offer, wait, withhold it, or say that nothing tells: one answer a customer.

From past arms where there are enough (``OfferEffect``), else from these rules:

======================  ==================================================
no purchase, or none    not enough evidence
known to bring margin
loses margin            withhold: more of it loses more
margin below the floor  withhold
alive, in own rhythm    buys anyway: wait until the day before which to make
                        contact; withhold where there is none
at risk                 give if the assumed response earns the cost
lost                    the same, with a response that fades with the
                        alive probability; below a third of the lapse
                        threshold withhold
======================  ==================================================

The assumed response is the share of customers at risk who buy because of the offer. An
offer costs whatever those who use it get: those who were persuaded and those who had
bought anyway, ``cost * (anyway + response)``. An extra purchase counts its own margin
alone, nothing of what may follow: a conservative count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .effect import Customers, OfferEffect
from .lifecycle import risk_threshold

Floats = NDArray[np.float64]

GIVE, WAIT, WITHHOLD, UNCLEAR = range(4)
(
    PAYS,  # expected to earn more than it costs
    BUYS_ANYWAY,
    TOO_DEAR,  # earns something, but less than it costs
    DISTURBS,  # past customers like him bought less with it
    LOST_CAUSE,
    LOSES_MARGIN,
    BELOW_FLOOR,
    UNPROVED,  # arms too small to tell for customers like him
    UNKNOWN,  # no purchase or no margin to reckon with
    NO_COST,  # what the offer costs cannot be said
) = range(10)

# So sure the arms must be that an offer earns more than it costs.
SURE_TO_GIVE = 0.8
# Below this share of the lapse threshold a customer is a lost cause.
LOST_SHARE = 1 / 3
INTERVAL = 0.8


@dataclass(frozen=True)
class Offer:
    """What one use costs each customer's company (nan: unknown), and whether his usual
    order keeps the least margin after it."""

    cost: Floats
    keeps_floor: NDArray[np.bool_]


@dataclass(frozen=True)
class Advice:
    """One answer per customer. ``extra_margin`` is expected before the offer's cost,
    ``cost`` likewise expected: what one use costs by how likely it is used. ``low`` and
    ``high`` hold the incremental margin with 80 %; by rules, which know no scatter,
    they run from no response to twice the assumed one. ``from_arms`` says which it
    was."""

    verdict: NDArray[np.int8]
    reason: NDArray[np.int8]
    extra_margin: Floats
    low: Floats
    high: Floats
    cost: Floats
    from_arms: NDArray[np.bool_]


def buys_anyway(alive: Floats, interval_days: Floats, days: float) -> Floats:
    """Probability of a purchase within so many days at the own rhythm."""
    with np.errstate(divide="ignore"):
        return alive * -np.expm1(-days / np.maximum(interval_days, 0.0))


def advise(
    customers: Customers,
    offer: Offer,
    anyway: Floats,
    can_wait: NDArray[np.bool_],
    *,
    lapse_threshold: float,
    response: float,
    effect: OfferEffect | None = None,
) -> Advice:
    """
    :param anyway: probability to buy without the offer, see ``buys_anyway``
    :param can_wait: there is a day to come before which to make contact
    :param response: of a customer at risk, assumed where there are no arms
    """
    by_rule = _by_rules(customers, offer, anyway, can_wait, lapse_threshold, response)
    found = by_rule
    if effect is not None:
        by_arms = _by_arms(customers, offer, can_wait, effect)
        found = Advice(
            *(
                np.where(by_arms.from_arms, getattr(by_arms, name), value)
                for name, value in vars(by_rule).items()
            )
        )
    return _guarded(customers, offer, found)


def _by_rules(customers, offer, anyway, can_wait, lapse_threshold, response) -> Advice:
    alive = customers.alive
    safe = alive >= risk_threshold(lapse_threshold)
    lost_cause = alive < LOST_SHARE * lapse_threshold
    moved = response * np.minimum(alive / lapse_threshold, 1.0)
    # who would buy anyway cannot be persuaded to
    moved = np.where(lost_cause, 0.0, np.minimum(moved, 1.0 - anyway))
    moved = np.where(safe, 0.0, moved)
    extra = moved * np.maximum(customers.usual_margin, 0.0)
    cost = (anyway + moved) * offer.cost
    pays = extra > cost
    verdict = np.select(
        [lost_cause, safe & can_wait, safe, pays],
        [WITHHOLD, WAIT, WITHHOLD, GIVE],
        WITHHOLD,
    )
    reason = np.select(
        [lost_cause, safe, pays], [LOST_CAUSE, BUYS_ANYWAY, PAYS], TOO_DEAR
    )
    no_arms = np.zeros(len(customers), dtype=bool)
    return Advice(verdict, reason, extra, 0.0 * extra, 2.0 * extra, cost, no_arms)


def _by_arms(customers, offer, can_wait, effect) -> Advice:
    mean, error, use = effect.of(customers)
    usual = np.maximum(customers.usual_margin, 0.0)
    cost = use * offer.cost
    # margins bear the discount already, so the effect is what is left after it
    gained, scatter = mean * usual, error * usual
    extra = gained + cost
    sure = special.ndtr(
        np.divide(gained, scatter, out=np.zeros_like(gained), where=scatter > 0)
    )
    gives = sure >= SURE_TO_GIVE
    no_gain = sure <= 0.5
    buys = use >= 0.5
    disturbs = no_gain & (sure <= 1 - SURE_TO_GIVE) & (extra < 0)
    verdict = np.select(
        [disturbs, no_gain & buys & can_wait, no_gain, gives],
        [WITHHOLD, WAIT, WITHHOLD, GIVE],
        UNCLEAR,
    )
    reason = np.select(
        [disturbs, no_gain & buys, no_gain, gives],
        [DISTURBS, BUYS_ANYWAY, TOO_DEAR, PAYS],
        UNPROVED,
    )
    z = float(special.ndtri(0.5 + INTERVAL / 2))
    treated, control = effect.arms_of(customers)
    known = (treated > 0) & (control > 0)
    reach = z * scatter
    return Advice(verdict, reason, extra, extra - reach, extra + reach, cost, known)


def _guarded(customers, offer, found: Advice) -> Advice:
    """What holds whatever the evidence says."""
    unknown = ~(customers.purchases > 0) | ~np.isfinite(customers.usual_margin)
    no_cost = ~np.isfinite(offer.cost)
    blank = unknown | no_cost
    extra, low, high, cost = (
        np.where(blank, 0.0, values)
        for values in (found.extra_margin, found.low, found.high, found.cost)
    )
    loses = customers.usual_margin <= 0
    below_floor = (found.verdict != UNCLEAR) & ~offer.keeps_floor
    too_dear = (found.verdict == GIVE) & ~(extra >= cost)
    verdict = np.select(
        [blank, loses | below_floor | too_dear], [UNCLEAR, WITHHOLD], found.verdict
    )
    reason = np.select(
        [unknown, no_cost, loses, below_floor, too_dear],
        [UNKNOWN, NO_COST, LOSES_MARGIN, BELOW_FLOOR, TOO_DEAR],
        found.reason,
    )
    return Advice(
        verdict.astype(np.int8),
        reason.astype(np.int8),
        extra,
        low,
        high,
        cost,
        found.from_arms & ~blank,
    )
