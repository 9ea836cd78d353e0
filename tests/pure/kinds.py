"""Simulated customers of four kinds, and what policies earn from them.

Sure things buy anyway, persuadables buy for an offer, lost causes do not buy, and
do-not-disturbs buy less when they are approached (Radcliffe & Surry 2011). The kind is
hidden: policies see what a company sees, and one customer in five looks like another
kind.
"""

from dataclasses import dataclass

import numpy as np

from clv import Customers, Offer, OfferEffect, advise, buys_anyway
from clv.advice import GIVE

LAPSE = 0.3
DISCOUNT = 0.25  # of a usual order's margin
DAYS = 90.0
LOOKS_LIKE_ANOTHER = 0.2

# alive, pace, purchases (each from, to), then buying without and with the offer
KINDS = {
    "sure thing": ((0.75, 1.0), (0.1, 1.0), (4, 20), 0.85, 0.88),
    "persuadable": ((0.3, 0.65), (1.0, 2.2), (2, 9), 0.12, 0.42),
    "lost cause": ((0.0, 0.25), (2.2, 6.0), (1, 5), 0.02, 0.03),
    "do not disturb": ((0.55, 0.85), (0.9, 1.9), (5, 20), 0.60, 0.40),
}


@dataclass(frozen=True)
class Base:
    customers: Customers
    interval: np.ndarray
    without: np.ndarray  # true probability to buy
    with_offer: np.ndarray

    def earns(self, offered):
        """Expected margin of a policy, by the truth."""
        usual = self.customers.usual_margin
        given = self.with_offer * (1 - DISCOUNT) * usual
        return float(np.where(offered, given, self.without * usual).sum())


def simulate(rng, members, shares=(0.35, 0.2, 0.3, 0.15)):
    kind = rng.choice(len(KINDS), members, p=shares)
    stranger = rng.random(members) < LOOKS_LIKE_ANOTHER
    looks = np.where(stranger, rng.choice(len(KINDS), members, p=shares), kind)
    drawn = list(KINDS.values())

    def feature(column):
        low, high = np.array([row[column] for row in drawn], dtype=float)[looks].T
        return rng.uniform(low, high)

    alive, pace = feature(0), feature(1)
    purchases = np.floor(feature(2))
    usual = rng.lognormal(3.0, 0.8, members)
    without, with_offer = (
        np.array([row[column] for row in drawn])[kind] for column in (3, 4)
    )
    interval = rng.uniform(20.0, 90.0, members)
    customers = Customers(alive, pace, purchases, usual)
    return Base(customers, interval, without, with_offer)


def campaign(rng, base, control=0.1):
    """One past program on all: who was treated, what they brought, who bought."""
    members = len(base.customers)
    treated = rng.random(members) >= control
    chance = np.where(treated, base.with_offer, base.without)
    bought = rng.random(members) < chance
    amount = base.customers.usual_margin * rng.lognormal(-0.08, 0.4, members)
    margin = np.where(bought, amount * np.where(treated, 1 - DISCOUNT, 1.0), 0.0)
    return treated, margin, bought


def advice_for(base, effect=None, response=0.1):
    usual = base.customers.usual_margin
    members = len(usual)
    return advise(
        base.customers,
        Offer(DISCOUNT * usual, np.ones(members, dtype=bool)),
        buys_anyway(base.customers.alive, base.interval, DAYS),
        np.ones(members, dtype=bool),
        lapse_threshold=LAPSE,
        response=response,
        effect=effect,
    )


def compare(seed, past=10_000, members=10_000):
    """Margin that each policy earns from the same customers, none having been in the
    past program that the advice knows."""
    rng = np.random.default_rng(seed)
    before = simulate(rng, past)
    treated, margin, bought = campaign(rng, before)
    effect = OfferEffect.fit(before.customers, treated, margin, bought, LAPSE)
    base = simulate(rng, members)
    advised = advice_for(base, effect).verdict == GIVE
    # propensity: as many offers, a quarter at least, to those who buy most
    _mean, _error, use = effect.of(base.customers)
    likely = np.zeros(members, dtype=bool)
    likely[np.argsort(-use, kind="stable")[: max(advised.sum(), members // 4)]] = True
    return {
        "advised, from arms": base.earns(advised),
        "advised, by rules": base.earns(advice_for(base).verdict == GIVE),
        "offer to none": base.earns(np.zeros(members, dtype=bool)),
        "offer to all": base.earns(np.ones(members, dtype=bool)),
        "most likely buyers": base.earns(likely),
        "all-knowing": base.earns(base.with_offer * (1 - DISCOUNT) > base.without),
    }


def promise(seeds, past):
    """Incremental margin, net of cost, expected of those advised, over what is true."""
    expected, true = 0.0, 0.0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        base = simulate(rng, past)
        effect = OfferEffect.fit(base.customers, *campaign(rng, base), LAPSE)
        found = advice_for(base, effect)
        given = found.verdict == GIVE
        expected += (found.extra_margin - found.cost)[given].sum()
        gained = base.with_offer * (1 - DISCOUNT) - base.without
        true += (gained * base.customers.usual_margin)[given].sum()
    return expected / true
