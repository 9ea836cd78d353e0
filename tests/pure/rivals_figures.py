"""Print our forecasts beside the package ``lifetimes`` and a plain "as last year".

python tests/pure/rivals_figures.py
"""

import contextlib
import io
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

import cdnow
import peers
from lifetimes.utils import ConvergenceError
from simulation import draw

from clv import PurchaseHistory, estimate
from clv.value import money_within

WEEKS = 52.0


def rivals(history, horizon):
    """Forecasts of purchases and of revenue per customer, by who makes them."""
    found = estimate(history)
    counts = found.counts(history, horizon)
    ours = counts.mean, money_within(found, history, horizon, counts)[0]
    named = {"ours": ours}
    for name, dropout_at_zero in (("BG/NBD", False), ("MBG/NBD", True)):
        named[f"lifetimes {name}"] = _theirs(history, dropout_at_zero, horizon)
    named["as last year"] = all_so_far(history)
    return named


def _theirs(history, dropout_at_zero, horizon):
    """As its guide has it: Gamma-Gamma of who bought again, with the least penalty that
    lets it settle."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        purchases = peers.expected(
            peers.fitted(history, dropout_at_zero), history, horizon
        )
        again = (history.x > 0) & (history.value > 0)
        spend = _settled(history.x[again], history.value[again])
        amount = np.asarray(
            spend.conditional_expected_average_profit(history.x, history.value)
        )
    return purchases, purchases * amount


def _settled(x, value):
    for penalty in (0.0, 0.001, 0.01, 0.1):
        # it prints what it then raises
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                return peers.GammaGammaFitter(penalizer_coef=penalty).fit(x, value)
            except ConvergenceError:
                continue
    raise ValueError("no penalty lets the amounts settle")


def all_so_far(history):
    """Purchases and revenue of each one: "as last year", where nobody is older."""
    count = history.x + 1.0
    return count, history.value * count


def cdnow_weeks():
    """Weeks 1 to 39, and what the 39 weeks after brought."""
    log = cdnow.sample()
    history = PurchaseHistory.from_events(*log, cdnow.CALIBRATION_END)
    later = PurchaseHistory.from_events(*log, cdnow.END)
    count, revenue = all_so_far(history)
    final_count, final_revenue = all_so_far(later)
    return history, (final_count - count, final_revenue - revenue)


def simulated(seed, **population):
    """Customers of one year, and what the next one brings."""
    world = draw(
        np.random.default_rng(seed),
        3000,
        T=(WEEKS, WEEKS),
        horizon=WEEKS,
        discount_rate=0.0,
        **population,
    )
    return world.history, (world.future_purchases, world.future_value)


def print_table(title, horizon, history, actual):
    print(f"\n{title}: {len(history)} customers")
    print(f"  {'':<20}{'purchases':>22}{'revenue':>26}")
    print(
        f"  {'':<20}{'total':>8}{'off':>7}{'RMSE':>7}{'total':>11}{'off':>7}{'RMSE':>8}"
    )
    print(f"  {'what happened':<20}{actual[0].sum():>8,.0f}{actual[1].sum():>25,.0f}")
    for name, (purchases, revenue) in rivals(history, horizon).items():
        row = f"  {name:<20}"
        for forecast, real, wide, narrow, digits in (
            (purchases, actual[0], 8, 7, 2),
            (revenue, actual[1], 11, 8, 1),
        ):
            error = np.sqrt(((forecast - real) ** 2).mean())
            off = forecast.sum() / real.sum() - 1
            row += f"{forecast.sum():>{wide},.0f}{off:>7.0%}"
            row += f"{error:>{narrow}.{digits}f}"
        print(row)


def main():
    print_table("CDNOW, weeks 40 to 78", 39.0, *cdnow_weeks())
    print_table("Irregular buyers, simulated, the next year", WEEKS, *simulated(1))
    print_table(
        "Regular buyers (k = 3), simulated, the next year",
        WEEKS,
        *simulated(2, k=3, r=2.0, alpha=5.0, a=0.6, b=3.0),
    )


if __name__ == "__main__":
    main()
