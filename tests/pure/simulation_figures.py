"""Print how well known truths are found again in simulated customer bases.

python tests/pure/simulation_figures.py
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

from simulation import YEAR, draw

from clv import MbgCnbd, estimate, lifetime_value

WORLDS = {
    "irregular": {},
    "  60 customers": {"customers": 60},
    "  30 customers": {"customers": 30},
    "k = 2": {"k": 2, "r": 1.1},
    "k = 3, loyal": {"k": 3, "r": 2.0, "alpha": 5.0, "a": 0.5, "b": 4.0},
    "BG/NBD": {"dropout_at_zero": False, "r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4},
}


def coverage(seed, bases=200, customers=600, years=3.0, **population):
    """Bases estimated each by itself, against what their customers then did: how
    often 80 % intervals held the truth, for bases, for customers, and for those
    expected to buy at least twice."""
    world = draw(
        np.random.default_rng(seed),
        bases * customers,
        horizon=years * YEAR,
        **population,
    )
    base, single, expected = [], [], []
    for start in range(0, bases * customers, customers):
        rows = slice(start, start + customers)
        history, truth = world.history[rows], world.future_value[rows]
        value = lifetime_value(estimate(history, years=years), history)
        low, high = value.total.interval(0.8)
        base.append(low <= truth.sum() <= high)
        single.append((value.low <= truth) & (truth <= value.high))
        expected.append(value.purchases)
    single, returning = np.concatenate(single), np.concatenate(expected) >= 2
    return np.mean(base), single.mean(), single[returning].mean()


def print_coverage():
    print("80 % intervals that held the truth: 200 bases, 600 customers, three years")
    print(f"  {'population':<16}{'base':>8}{'customer':>10}{'two or more':>13}")
    for seed, (name, population) in enumerate(WORLDS.items()):
        shares = coverage(seed, **population)
        print("  {:<16}{:>8.1%}{:>10.1%}{:>13.1%}".format(name, *shares))


def print_recovery():
    print("\n100,000 customers: found against true")
    for k in (1, 2, 3):
        true = {"r": 0.55 * k, "alpha": 6.0, "a": 0.9, "b": 1.6}
        world = draw(np.random.default_rng(20 + k), 100_000, k=k, **true)
        start = time.perf_counter()
        model = MbgCnbd.fit(world.history)
        seconds = time.perf_counter() - start
        found = "".join(
            f"  {name} {getattr(model, name):.3f}"
            f" ({getattr(model, name) / value - 1:+.1%})"
            for name, value in true.items()
        )
        print(f"  k {model.k} ({k}){found}  in {seconds:.2f} s")


def regular_buyers():
    """Errors per customer (RMSE) and in total of next year's forecast, for a
    population that buys regularly (Erlang-3)."""
    world = draw(
        np.random.default_rng(3), 4000, k=3, r=2.0, alpha=5.0, a=0.6, b=3.0, T=(40, 52)
    )
    models = {
        "MBG/CNBD-k": MbgCnbd.fit(world.history),
        "BG/NBD": MbgCnbd.fit(world.history, k=1, dropout_at_zero=False),
    }
    errors = {}
    for name, model in models.items():
        error = model.expected_purchases(world.history, 52.0) - world.future_purchases
        off = error.sum() / world.future_purchases.sum()
        errors[name] = (np.sqrt((error**2).mean()), off)
    return errors


def print_regular_buyers():
    print("\n4,000 regular buyers (Erlang-3), forecast of a year")
    for name, (rmse, off) in regular_buyers().items():
        print(f"  {name:<12}RMSE {rmse:.2f}, total {off:+.1%}")


def print_speed():
    history = draw(np.random.default_rng(1), 100_000, k=2, r=1.1, T=(0, 156)).history
    start = time.perf_counter()
    found = estimate(history)
    fitted = time.perf_counter()
    found.alive(history)
    found.silent_until(history, 0.5)
    found.expected_purchases(history, 52.0)
    lifetime_value(found, history)
    scored = time.perf_counter()
    print("\n100,000 customers, k = 2, ages to three years")
    print(f"  estimate {fitted - start:.2f} s, score {scored - fitted:.2f} s")


if __name__ == "__main__":
    print_coverage()
    print_recovery()
    print_regular_buyers()
    print_speed()
