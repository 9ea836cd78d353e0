"""What customers tell us: believed where they leave for it, and nowhere else."""

import numpy as np
from dissatisfied import QUARTER, draw_base

from clv import estimate, try_attributes


def verdicts(bases, customers, matters):
    for seed in range(bases):
        rng = np.random.default_rng(1000 + seed)
        base = draw_base(rng, customers, matters)
        plain = estimate(base.history)
        yield try_attributes(
            plain, base.history, base.actual, QUARTER, base.attributes, rng
        )


def test_complaints_before_leaving_better_the_forecast():
    found = [*verdicts(5, 3000, matters=True)]
    adopted = [trial for trial in found if trial.adopted]
    assert len(adopted) >= 4
    for trial in adopted:
        assert trial.corrected.log_loss < trial.plain.log_loss
        names = [part.name for part in trial.correction.design.parts]
        assert {"complaints", "late_answers", "satisfaction"} & set(names)


def test_complaints_that_nobody_leaves_for_are_not_believed():
    """Also though whoever buys more complains more."""
    found = [*verdicts(10, 1000, matters=False)]
    assert sum(trial.adopted for trial in found) <= 1
