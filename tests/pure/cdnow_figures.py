"""Print what the models say about CDNOW, and what then happened.

python tests/pure/cdnow_figures.py
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

import cdnow

from clv import (
    GammaGamma,
    MbgCnbd,
    PurchaseHistory,
    backtest,
    concentration,
    estimate,
    lifetime_value,
)

HOLDOUT = 39.0


def print_papers():
    table = cdnow.published()
    history = PurchaseHistory(table[:, 0].astype(int), *table[:, 1:4].T)
    print("The papers' table, 2,357 customers, 39 weeks")
    for name, dropout_at_zero in (("BG/NBD", False), ("MBG/NBD", True)):
        model = MbgCnbd.fit(history, k=1, dropout_at_zero=dropout_at_zero)
        print(
            f"  {name:<12}r {model.r:.3f}  alpha {model.alpha:.3f}  a {model.a:.3f}"
            f"  b {model.b:.3f}  log-likelihood {model.log_likelihood:.1f}"
        )
    again = history.x > 0
    spend = GammaGamma.fit(history.x[again], table[again, 4])
    print(f"  {'Gamma-Gamma':<12}p {spend.p:.2f}  q {spend.q:.2f}  v {spend.v:.2f}")


def print_holdout(name, events):
    history = PurchaseHistory.from_events(*events, cdnow.CALIBRATION_END)
    later = PurchaseHistory.from_events(*events, cdnow.END)
    actual = (later.x - history.x).astype(float)
    found = estimate(history)
    report = backtest(history, actual, HOLDOUT, found)
    bg_nbd = MbgCnbd.fit(history, k=1, dropout_at_zero=False)
    forecasts = {
        "model": found.expected_purchases(history, HOLDOUT),
        "BG/NBD": bg_nbd.expected_purchases(history, HOLDOUT),
        "naive": found.rhythm.naive_counts(history, HOLDOUT).mean,
    }
    print(f"\n{name}: {len(history)} customers, weeks 40 to 78")
    print(f"  {'':<10}{'total':>8}{'off':>8}{'MAE':>8}{'RMSE':>8}{'corr.':>8}")
    print(f"  {'actual':<10}{actual.sum():>8.0f}")
    for label, forecast in forecasts.items():
        error = forecast - actual
        print(
            f"  {label:<10}{forecast.sum():>8.0f}"
            f"{forecast.sum() / actual.sum() - 1:>8.1%}{np.abs(error).mean():>8.3f}"
            f"{np.sqrt((error**2).mean()):>8.3f}"
            f"{np.corrcoef(forecast, actual)[0, 1]:>8.3f}"
        )
    print(f"  verdict {report.verdict}, evidence {report.evidence}")
    print("  share who buy, by decile of its forecast")
    for label in ("predicted", "observed"):
        shares = [getattr(decile, label) for decile in report.deciles]
        print(f"  {label:<10}" + "".join(f"{share:>6.2f}" for share in shares))
    print(f"  mean distance {report.calibration_error:.3f}")
    print_by_frequency(history.x, actual, forecasts)


def print_by_frequency(x, actual, forecasts):
    print("  mean purchases, by repeat purchases in weeks 1 to 39")
    groups = [*range(7), "7+"]
    print(f"  {'':<10}" + "".join(f"{group:>7}" for group in groups))
    for label, numbers in {"actual": actual, **forecasts}.items():
        means = [numbers[np.minimum(x, 7) == group].mean() for group in range(8)]
        print(f"  {label:<10}" + "".join(f"{mean:>7.2f}" for mean in means))


def print_value(events):
    history = PurchaseHistory.from_events(*events, cdnow.END)
    value = lifetime_value(estimate(history, years=3, discount_rate=0.1), history)
    low, high = value.total.interval(0.8)
    best = concentration(value.mean)
    print("\nSample at the end of week 78: revenue of the next three years at 10 %")
    print(f"  {value.total.mean:,.0f} USD, 80 % between {low:,.0f} and {high:,.0f}")
    print(f"  {best} of {len(history)} customers carry 80 % of it")


if __name__ == "__main__":
    print_papers()
    print_holdout("Sample", cdnow.sample())
    print_holdout("Whole log", cdnow.whole())
    print_value(cdnow.sample())
