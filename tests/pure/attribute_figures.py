"""Print how often attributes are adopted, where they matter and where they do not.

python tests/pure/attribute_figures.py
"""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

from attributed import QUARTER, draw_base

from clv import estimate, try_attributes


def trials(bases, customers, driven=False, slow=False, **population):
    """Of bases fitted and tried each by itself."""
    found = []
    for seed in range(bases):
        rng = np.random.default_rng(seed)
        base = draw_base(rng, customers, driven, **population)
        if slow:
            base = replace(base, actual=rng.binomial(base.actual, 0.5))
        plain = estimate(base.history)
        found.append(
            try_attributes(
                plain, base.history, base.actual, QUARTER, base.attributes, rng
            )
        )
    return found


def print_row(title, found):
    verdicts = Counter(trial.verdict for trial in found)
    seen = [trial for trial in found if trial.plain]
    plain, corrected = (
        np.mean([[fit.log_loss, fit.calibration_error] for fit in fits], axis=0)
        for fits in (
            [trial.plain for trial in seen],
            [trial.corrected for trial in seen],
        )
    )
    print(
        f"  {title:<34}{verdicts['adopted']:>4} of {len(found):<4}"
        f"{plain[0]:>8.4f}{corrected[0]:>8.4f}{plain[1]:>8.4f}{corrected[1]:>8.4f}"
    )


def main():
    print("Eight attributes beside the purchase history, a quarter held out")
    print(f"  {'':<34}{'adopted':>11}{'log loss':>13}{'':>3}{'calibration':>13}")
    print(f"  {'':<45}{'plain':>8}{'with':>8}{'plain':>8}{'with':>8}")
    for customers in (300, 1000):
        print_row(f"none drives leaving, {customers:,}", trials(100, customers))
    print_row("  k = 3", trials(100, 300, k=3))
    print_row("  a slow quarter for all", trials(100, 300, slow=True))
    for customers in (500, 1500, 3000, 10000):
        bases = 20 if customers > 1500 else 40
        print_row(f"two drive leaving, {customers:,}", trials(bases, customers, True))


if __name__ == "__main__":
    main()
