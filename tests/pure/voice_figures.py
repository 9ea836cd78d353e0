"""Print whether what customers tell us forecasts who leaves: where it does, and not.

python tests/pure/voice_figures.py
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

from dissatisfied import QUARTER, draw_base

from clv import estimate, try_attributes


def trials(bases: int, customers: int, matters: bool):
    """Of bases fitted and tried each by itself."""
    for seed in range(bases):
        rng = np.random.default_rng(seed)
        base = draw_base(rng, customers, matters)
        yield try_attributes(
            estimate(base.history),
            base.history,
            base.actual,
            QUARTER,
            base.attributes,
            rng,
        )


def print_row(title, found):
    verdicts = Counter(trial.verdict for trial in found)
    seen = [trial for trial in found if trial.plain]
    plain = np.mean([trial.plain.log_loss for trial in seen])
    corrected = np.mean([trial.corrected.log_loss for trial in seen])
    used = Counter(
        part.name
        for trial in found
        if trial.adopted
        for part in trial.correction.design.parts
    )
    names = ", ".join(f"{name} {count}" for name, count in used.most_common(3))
    print(
        f"  {title:<28}{verdicts['adopted']:>4} of {len(found):<4}"
        f"{plain:>8.4f}{corrected:>8.4f}{100 * (1 - corrected / plain):>7.1f} %"
        f"  {names}"
    )


def main():
    print("Complaints, late answers, scores and silence beside the purchase history")
    print(f"  {'':<28}{'adopted':>11}{'plain':>9}{'with':>8}{'gain':>8}   adopted by")
    for matters, what in ((True, "they leave for it"), (False, "nobody does")):
        for customers in (300, 1000, 3000):
            found = [*trials(100 if customers < 3000 else 20, customers, matters)]
            print_row(f"{what}, {customers:,}", found)


if __name__ == "__main__":
    main()
