"""How wrong a base's value may be because its parameters are estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .estimates import Estimate
from .history import PurchaseHistory
from .margin import MarginRate
from .value import expected_total

# The relative gradient is an average over customers: a sample gives it well enough.
SAMPLE = 1000
STEP = 1e-3


def revenue_error(estimate: Estimate, history: PurchaseHistory) -> float:
    """The same of the base's revenue: gains and losses that cancel say nothing of how
    well purchases and spending are known."""
    without_margin = replace(estimate, margin=MarginRate(base=1.0))
    value = history.value
    revenue = value if value is None else np.maximum(value, 0.0)
    return parameter_error(without_margin, replace(history, value=revenue, margin=None))


def parameter_error(estimate: Estimate, history: PurchaseHistory) -> float:
    """Relative standard error of the base's value, by the delta method.

    Population, spend and margin rate are estimated from separate parts of the data
    and their errors taken as independent. The naive forecast and the own rhythm rest
    on the count of repeat purchases alone.
    """
    sample = history.sample(SAMPLE)
    total = expected_total(estimate, sample) if estimate.spend and len(sample) else 0.0
    variance = (estimate.margin.error / max(abs(estimate.margin.base), 1e-6)) ** 2
    if estimate.naive or not estimate.population:
        variance += 1.0 / (estimate.rhythm.repeats + 1.0)
        parts = {"spend": ("p", "q", "v")}
    else:
        parts = {"population": ("r", "alpha", "a", "b"), "spend": ("p", "q", "v")}
    if total == 0.0:
        return float(np.sqrt(variance))
    for part, names in parts.items():
        model = getattr(estimate, part)
        if model is None or model.covariance is None:
            continue
        gradient = []
        for name in names:
            moved = replace(model, **{name: getattr(model, name) * np.exp(STEP)})
            ahead = expected_total(replace(estimate, **{part: moved}), sample)
            gradient.append((ahead / total - 1.0) / STEP)
        variance += float(gradient @ np.array(model.covariance) @ gradient)
    return float(np.sqrt(variance))
