"""Simulated campaigns with a known uplift: most buy nothing, few buy a lot."""

from dataclasses import dataclass

import numpy as np

from clv import margin_uplift


@dataclass(frozen=True)
class Campaign:
    treated: np.ndarray
    control: np.ndarray
    treated_before: np.ndarray
    control_before: np.ndarray
    truth: float


def draw(
    rng,
    members,
    buy=0.3,
    sigma=1.0,
    rate_lift=0.0,
    amount_lift=0.0,
    share=0.1,
    persistence=0.6,
):
    """One campaign: a customer buys with probability ``buy`` an amount whose logarithm
    scatters by ``sigma``, of which ``persistence`` is his own and stays."""
    controls = round(members * share)
    own = persistence**0.5 * sigma * rng.standard_normal(members)
    chance = rng.beta(2.0, 2.0 * (1 - buy) / buy, members)

    def period(chance, scale=1.0):
        noise = (1 - persistence) ** 0.5 * sigma * rng.standard_normal(members)
        return (rng.random(members) < chance) * scale * np.exp(3.0 + own + noise)

    before, untouched = period(chance), period(chance)
    lifted = chance + rate_lift * chance * (1 - chance)
    touched = period(lifted, 1.0 + amount_lift)
    # E chance (1 - chance) of this beta distribution
    mean_chance = buy + rate_lift * buy * (1 - buy) / (1 + buy / 2)
    mean_amount = np.exp(3.0 + sigma**2 / 2)
    truth = (mean_chance * (1.0 + amount_lift) - buy) * mean_amount
    return Campaign(
        touched[controls:],
        untouched[:controls],
        before[controls:],
        before[:controls],
        truth,
    )


def coverage(seed, members, runs=500, with_before=False, **campaign):
    """How often the interval held the truth, and how wide it was on average."""
    rng = np.random.default_rng(seed)
    held, width = 0, 0.0
    for _ in range(runs):
        drawn = draw(rng, members, **campaign)
        before = {}
        if with_before:
            before = {
                "treated_before": drawn.treated_before,
                "control_before": drawn.control_before,
            }
        found = margin_uplift(drawn.treated, drawn.control, **before)
        held += found.low <= drawn.truth <= found.high
        width += found.high - found.low
    return held / runs, width / runs
