from dataclasses import replace

import numpy as np
import pytest
from advice_figures import SEEDS, wins
from kinds import DISCOUNT, LAPSE, advice_for, campaign, compare, promise, simulate

from clv import Customers, Offer, OfferEffect, advice as codes, advise, buys_anyway
from clv.effect import FEWEST_PER_ARM, STRATA


@pytest.fixture(scope="module")
def results():
    return [compare(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def past():
    rng = np.random.default_rng(1)
    base = simulate(rng, 30_000)
    return base, campaign(rng, base)


def fit(base, arms):
    return OfferEffect.fit(base.customers, *arms, LAPSE)


def one(alive, pace=1.0, purchases=5, usual=100.0, cost=25.0, **options):
    """Advice for a single customer."""
    options = {
        "anyway": 0.2,
        "can_wait": True,
        "keeps_floor": True,
        "response": 0.1,
        "effect": None,
        **options,
    }
    column = [np.array([value]) for value in (alive, pace, purchases, usual)]
    found = advise(
        Customers(*column),
        Offer(np.array([cost]), np.array([options["keeps_floor"]])),
        np.array([options["anyway"]]),
        np.array([options["can_wait"]]),
        lapse_threshold=LAPSE,
        response=options["response"],
        effect=options["effect"],
    )
    return found.verdict[0], found.reason[0], found


def test_advised_policy_beats_its_rivals_in_nine_of_ten(results):
    assert wins(results) >= 9


def test_rules_alone_beat_the_rivals_too(results):
    assert wins(results, "advised, by rules") >= 9


def test_nobody_earns_more_than_the_all_knowing(results):
    for result in results:
        assert result["all-knowing"] == max(result.values())


def test_offer_that_moves_nobody_is_given_to_nobody():
    """Whatever chance shows in the arms, most of it must be seen through."""
    given = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        base = simulate(rng, 5_000)
        base.with_offer[:] = base.without
        effect = fit(base, campaign(rng, base))
        given.append((advice_for(base, effect).verdict == codes.GIVE).mean())
    assert np.mean(given) < 0.05
    assert np.median(given) == 0


def test_effects_of_strata_are_found(past):
    base, arms = past
    effect = fit(base, arms)
    mean, error, _use = effect.of(base.customers)
    truth = base.with_offer * (1 - DISCOUNT) - base.without
    stratum = base.customers.strata(LAPSE)
    off = []
    for number in np.unique(stratum):
        rows = stratum == number
        off.append((mean[rows][0] - truth[rows].mean()) / error[rows][0])
    assert np.abs(off).max() < 3.5
    assert effect.spread > 0.01


def test_small_strata_are_drawn_towards_the_overall_effect(past):
    base, arms = past
    effect = fit(base, arms)
    assert 0 in effect.control
    for stratum in range(STRATA):
        if not effect.control[stratum]:
            assert effect.mean[stratum] == effect.overall
            assert effect.error[stratum] >= effect.spread**0.5


def test_expected_extra_margin_is_right_on_average():
    """Of those advised to get the offer; small programs promise more than they keep,
    since the luckiest strata are chosen."""
    assert 0.9 < promise(seeds=20, past=30_000) < 1.2


@pytest.mark.parametrize("seed", range(5))
def test_no_advice_costs_more_than_it_brings(seed):
    """Any customers, costs and evidence, absurd ones included."""
    rng = np.random.default_rng(seed)
    n = 4_000
    customers = Customers(
        rng.random(n),
        rng.exponential(1.5, n),
        rng.integers(0, 9, n),
        np.where(rng.random(n) < 0.1, np.nan, rng.normal(20, 40, n)),
    )
    cost = np.where(rng.random(n) < 0.1, np.nan, rng.exponential(20, n))
    keeps_floor = rng.random(n) < 0.8
    effect = OfferEffect(
        LAPSE,
        0.0,
        0.1,
        0.1,
        tuple(rng.normal(0, 0.3, STRATA)),
        tuple(rng.choice([0.0, 0.01, 0.2], STRATA)),
        tuple(rng.random(STRATA)),
        (99,) * STRATA,
        tuple(rng.integers(0, 3, STRATA)),
    )
    for evidence in (None, effect):
        found = advise(
            customers,
            Offer(cost, keeps_floor),
            rng.random(n),
            rng.random(n) < 0.5,
            lapse_threshold=LAPSE,
            response=0.3,
            effect=evidence,
        )
        given = found.verdict == codes.GIVE
        assert given.any()
        assert (found.extra_margin[given] >= found.cost[given]).all()
        assert keeps_floor[given].all()
        assert (customers.usual_margin[given] > 0).all()
        for name in ("extra_margin", "low", "high", "cost"):
            assert np.isfinite(getattr(found, name)).all()
        assert (found.low <= found.high).all()


@pytest.mark.parametrize(
    ("customer", "verdict", "reason"),
    [
        # in his own rhythm
        ({"alive": 0.9}, codes.WAIT, codes.BUYS_ANYWAY),
        ({"alive": 0.9, "can_wait": False}, codes.WITHHOLD, codes.BUYS_ANYWAY),
        # at risk: 10 % x 100 against (anyway + 10 %) x cost
        ({"alive": 0.5, "anyway": 0.2, "cost": 30.0}, codes.GIVE, codes.PAYS),
        ({"alive": 0.5, "anyway": 0.2, "cost": 34.0}, codes.WITHHOLD, codes.TOO_DEAR),
        ({"alive": 0.5, "cost": 0.0}, codes.GIVE, codes.PAYS),
        # nobody is moved beyond certainty
        ({"alive": 0.5, "anyway": 1.0, "cost": 1.0}, codes.WITHHOLD, codes.TOO_DEAR),
        # lost: the response fades
        ({"alive": 0.15, "anyway": 0.05, "cost": 49.0}, codes.GIVE, codes.PAYS),
        ({"alive": 0.15, "anyway": 0.05, "cost": 51.0}, codes.WITHHOLD, codes.TOO_DEAR),
        ({"alive": 0.09, "anyway": 0.0}, codes.WITHHOLD, codes.LOST_CAUSE),
        ({"alive": 0.5, "response": 0.0}, codes.WITHHOLD, codes.TOO_DEAR),
        # whatever the stage
        ({"alive": 0.5, "usual": -5.0}, codes.WITHHOLD, codes.LOSES_MARGIN),
        ({"alive": 0.5, "keeps_floor": False}, codes.WITHHOLD, codes.BELOW_FLOOR),
        ({"alive": 0.5, "purchases": 0}, codes.UNCLEAR, codes.UNKNOWN),
        ({"alive": 0.5, "usual": np.nan}, codes.UNCLEAR, codes.UNKNOWN),
        ({"alive": 0.5, "cost": np.nan}, codes.UNCLEAR, codes.NO_COST),
    ],
)
def test_rules(customer, verdict, reason):
    assert one(**customer)[:2] == (verdict, reason)


def arms_saying(mean, error, use):
    return OfferEffect(
        LAPSE,
        mean,
        error,
        0.01,
        (mean,) * STRATA,
        (error,) * STRATA,
        (use,) * STRATA,
        (900,) * STRATA,
        (100,) * STRATA,
    )


@pytest.mark.parametrize(
    ("effect", "verdict", "reason"),
    [
        ((0.10, 0.05, 0.4), codes.GIVE, codes.PAYS),
        ((0.03, 0.05, 0.4), codes.UNCLEAR, codes.UNPROVED),
        ((-0.01, 0.05, 0.4), codes.WITHHOLD, codes.TOO_DEAR),
        ((-0.15, 0.05, 0.8), codes.WAIT, codes.BUYS_ANYWAY),
        # less even before the offer's cost: 25 % of 40 %
        ((-0.30, 0.05, 0.4), codes.WITHHOLD, codes.DISTURBS),
    ],
)
def test_arms_decide_before_rules(effect, verdict, reason):
    found = one(0.5, effect=arms_saying(*effect))
    assert found[:2] == (verdict, reason)
    assert found[2].from_arms.all()
    assert found[2].extra_margin[0] - found[2].cost[0] == pytest.approx(100 * effect[0])


def test_stratum_without_arms_falls_back_on_rules():
    nobody = replace(arms_saying(0.5, 0.1, 0.4), control=(0,) * STRATA)
    verdict, _reason, found = one(0.9, effect=nobody)
    assert verdict == codes.WAIT
    assert not found.from_arms.any()


def test_too_few_in_an_arm_are_no_evidence():
    rng = np.random.default_rng(3)
    base = simulate(rng, 2_000)
    treated, margin, bought = campaign(rng, base)
    held = np.flatnonzero(~treated)
    assert len(held) > FEWEST_PER_ARM
    keep = np.ones(2_000, dtype=bool)
    keep[held[FEWEST_PER_ARM - 1 :]] = False
    customers = Customers(*(column[keep] for column in vars(base.customers).values()))
    arms = treated[keep], margin[keep], bought[keep]
    assert OfferEffect.fit(customers, *arms, LAPSE) is None


@pytest.mark.parametrize("margin", [0.0, 7.0])
def test_arms_that_all_did_the_same_prove_nothing(margin):
    rng = np.random.default_rng(4)
    base = simulate(rng, 4_000)
    base.customers.usual_margin[:] = 20.0
    treated, *_rest = campaign(rng, base)
    outcome = np.full(4_000, margin)
    fitted = OfferEffect.fit(base.customers, treated, outcome, outcome > 0, LAPSE)
    assert fitted is None


def test_currency_changes_no_verdict(past):
    base, (treated, margin, bought) = past
    found = advice_for(base, fit(base, (treated, margin, bought)))
    base.customers.usual_margin[:] *= 1_000.0
    other = advice_for(base, fit(base, (treated, 1_000.0 * margin, bought)))
    base.customers.usual_margin[:] /= 1_000.0
    assert (found.verdict == other.verdict).all()
    np.testing.assert_allclose(other.extra_margin, 1_000.0 * found.extra_margin)


def test_effect_is_stored_and_read_again(past):
    effect = fit(*past)
    stored = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in effect.to_dict().items()
    }
    assert OfferEffect.from_dict(stored) == effect


def test_chance_to_buy_anyway_follows_the_rhythm():
    found = buys_anyway(np.array([1.0, 0.5, 0.8]), np.array([90.0, 90.0, 0.0]), 90.0)
    np.testing.assert_allclose(found, [1 - np.exp(-1), 0.5 * (1 - np.exp(-1)), 0.8])
