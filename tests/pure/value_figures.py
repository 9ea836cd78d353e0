"""Print how often intervals of a base's revenue hold what then came, by kind of base.

python tests/pure/value_figures.py [bases of each kind, 100 if not said]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

from buyers import base, wholesaler

from clv import estimate, lifetime_value

YEAR_WEEKS = 52.0
CUSTOMERS = 1000


def some_leave(rng):
    return rng.beta(0.6, 3)


def few_leave(rng):
    return rng.beta(0.4, 4)


def nobody_leaves(rng):
    return 0.0


PLAIN = {
    "n": CUSTOMERS,
    "r": 1.2,
    "alpha": 8.0,
    "leave": some_leave,
    "ages": np.linspace(20, 100, CUSTOMERS),
}
# from his lines, with 1,500 customers and cancellations
WHOLESALER = "a wholesaler's year"
KINDS = {
    "as the model has it": {},
    "nobody leaves": {"leave": nobody_leaves},
    "every month or so": {"k": 24, "r": 60.0, "alpha": 10.0},
    "a device, then parts": {"first": 20.0},
    "a welcome offer": {"first": 0.3},
    "prices rise by 40 %": {
        "growth": 0.4,
        "leave": few_leave,
        "ages": np.linspace(20, 156, CUSTOMERS),
    },
    "eleven weeks of past": {
        "r": 0.6,
        "alpha": 6.0,
        "leave": lambda rng: rng.beta(0.8, 2.4),
        "ages": np.full(CUSTOMERS, 11.0),
    },
    "25 customers": {"n": 25, "ages": np.linspace(20, 100, 25)},
    "60 customers": {"n": 60, "ages": np.linspace(20, 100, 60)},
}


def of_kind(name, seed):
    """Customers of this kind, and the revenue of the year after."""
    if name == WHOLESALER:
        history, truth, _lines = wholesaler(seed)
        return history, truth
    history, _bought, brought = base(seed, ahead=YEAR_WEEKS, **{**PLAIN, **KINDS[name]})
    return history, float(brought.sum())


def next_year(history):
    found = estimate(history, years=YEAR_WEEKS * 7 / 365.25, discount_rate=0.0)
    return found, lifetime_value(found, history).total


def covered(name, bases, seed=1000):
    """Shares of bases whose revenue lay within the 80 and the 95 % interval, what the
    forecasts were off by in the middle, and the most frequent notes."""
    held, off, notes = [], [], {}
    for number in range(bases):
        history, truth = of_kind(name, seed + number)
        found, total = next_year(history)
        held.append(
            [low <= truth <= high for low, high in map(total.interval, (0.8, 0.95))]
        )
        off.append(total.mean / truth - 1.0)
        for reason in found.reasons:
            notes[reason.code] = notes.get(reason.code, 0) + 1
    return np.mean(held, axis=0), off, notes


def main(bases):
    print(f"Revenue of the next year, {bases} bases of each kind, 1,000 customers")
    print(f"  {'':<24}{'80 %':>7}{'95 %':>7}{'off by':>9}{'scatter':>9}  said")
    for name in (*KINDS, WHOLESALER):
        (eighty, most), off, notes = covered(name, bases)
        notes.pop("no_margins", None)
        said = ", ".join(f"{code} {count}" for code, count in notes.items())
        print(
            f"  {name:<24}{eighty:>7.0%}{most:>7.0%}{np.median(off):>9.1%}"
            f"{np.std(off):>9.1%}  {said}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
