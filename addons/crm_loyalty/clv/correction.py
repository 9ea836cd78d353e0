"""A correction of the alive probability by attributes, and what it leaves alone.

logit P'(alive) = logit P(alive) + shift, the shift linear in the attributes: the plain
model's log-odds are an offset (Hastie, Tibshirani & Friedman 2009, section 4.4.4), the
coefficients carry a ridge penalty (section 18.3.2). Whether somebody is alive is not
seen; that he buys is, with P(buys) = P'(alive) P(buys | alive), the second factor from
the plain model. It is the mixture of a cure model (Farewell 1982), fitted by Fisher's
scoring. In MBG/CNBD-k the odds of having left are a / (b + x) / Q, so a shift scales
a / (b + x): the chance to leave, as covariates do in Fader & Hardie (2007,
"Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from .attributes import Attribute, Design
from .errors import FitError
from .sums import cross, dot

Floats = NDArray[np.float64]

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
# No set of attributes moves the odds by more than a factor of twenty.
LARGEST_SHIFT = float(np.log(20.0))
# A contribution that moves the odds by less than a twentieth is not worth a word.
SMALLEST_WORD = 0.05
WORDS = 3
# Settled when another step would gain less log-likelihood than CLOSE.
ITERATIONS, HALVINGS, CLOSE = 60, 20, 1e-4
# The penalty of what is not penalised: no base can send it to infinity.
FREE = 1e-3
_TINY = 1e-9


class Outcomes(NamedTuple):
    """What the plain model said of each customer, and what came of it."""

    log_odds: Floats
    """of being alive at the cut-off"""
    given_alive: Floats
    """P(buys within the horizon | alive)"""
    bought: NDArray[np.bool_]

    @classmethod
    def of(cls, alive: Floats, buys: Floats, bought: NDArray[np.bool_]) -> Outcomes:
        alive = np.clip(alive, _TINY, 1.0 - _TINY)
        return cls(logit(alive), np.clip(buys / alive, _TINY, 1.0 - _TINY), bought)

    def rows(self, rows: NDArray | slice) -> Outcomes:
        return Outcomes(*(column[rows] for column in self))

    def forecast(self, shift: Floats | float = 0.0) -> Floats:
        """P(buys)."""
        return self.given_alive * expit(self.log_odds + shift)

    def losses(self, shift: Floats | float = 0.0) -> Floats:
        """Log loss of each customer."""
        buys = self.forecast(shift)
        return -np.where(self.bought, np.log(np.maximum(buys, _TINY)), np.log1p(-buys))


class Factors(NamedTuple):
    """What speaks loudest of each customer, the loudest first: (customers, WORDS).

    ``column`` of the design (-1: nothing more to say), the attribute's own ``value``,
    and its ``weight`` in log-odds; above zero it speaks for staying."""

    column: NDArray[np.int64]
    value: Floats
    weight: Floats


@dataclass(frozen=True)
class Correction:
    """A fitted one: ``weights`` of the design's columns, and the ``level`` by which
    what they take from some is given back to all."""

    design: Design
    weights: tuple[float, ...]
    penalty: float
    level: float = 0.0

    @classmethod
    def fit(
        cls,
        design: Design,
        attributes: Sequence[Attribute],
        outcomes: Outcomes,
        rng: np.random.Generator,
    ) -> Correction:
        """:raise FitError: the weights do not settle"""
        columns = design.columns(attributes)
        penalty = choose_penalty(columns, outcomes, rng)
        weights, level = fit_weights(columns, outcomes, penalty)
        return cls(design, tuple(weights.tolist()), penalty, level)

    def shift(self, attributes: Sequence[Attribute]) -> Floats:
        """What each customer's attributes add to the log-odds of being alive."""
        columns = self.design.columns(attributes)
        return bounded(columns @ np.array(self.weights) + self.level)

    def factors(self, attributes: Sequence[Attribute]) -> Factors:
        columns = self.design.columns(attributes) * np.array(self.weights)
        start = np.searchsorted(self.design.owner, np.arange(len(self.design.parts)))
        weight = np.add.reduceat(columns, start, axis=1)
        order = np.argsort(-np.abs(weight), axis=1, kind="stable")[:, :WORDS]
        given = {attribute.name: attribute.values for attribute in attributes}
        values = np.stack([given[part.name] for part in self.design.parts], axis=1)
        column = np.take_along_axis(self.design.terms(attributes), order, axis=1)
        weight = np.take_along_axis(weight, order, axis=1)
        value = np.take_along_axis(values, order, axis=1)
        silent = (np.abs(weight) < SMALLEST_WORD) | (column < 0)
        rest = ((0, 0), (0, WORDS - order.shape[1]))
        return Factors(
            np.pad(np.where(silent, -1, column), rest, constant_values=-1),
            np.pad(np.where(silent, 0.0, value), rest),
            np.pad(np.where(silent, 0.0, weight), rest),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "design": self.design.to_list(),
            "weights": list(self.weights),
            "penalty": self.penalty,
            "level": self.level,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Correction:
        design = Design.from_list(data["design"])
        return cls(design, tuple(data["weights"]), data["penalty"], data["level"])


def bounded(shift: Floats) -> Floats:
    return np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT)


def shifted(alive: Floats, shift: Floats) -> Floats:
    """Probabilities whose log-odds moved; to the bit the same where nothing did."""
    moved = alive / (alive + (1.0 - alive) * np.exp(-shift))
    return np.where(shift == 0.0, alive, moved)


def shifted_threshold(threshold: float, shift: Floats) -> Floats:
    """The plain probability at which the shifted one falls to the threshold."""
    moved = expit(logit(threshold) - shift)
    return np.where(shift == 0.0, threshold, moved)


def fit_weights(
    columns: Floats, outcomes: Outcomes, penalty: float
) -> tuple[Floats, float]:
    """Weights of the largest penalised likelihood, and the level that goes with them.

    A level of its own is fitted with the weights and then left out: whether the quarter
    was good or bad for everyone is the plain model's matter. In its place comes the
    level that leaves the plain forecast of the base's buyers as it is.

    :raise FitError: it does not settle
    """
    everyone = np.ones((len(columns), 1))
    ridge = np.full(columns.shape[1] + 1, penalty)
    ridge[0] = FREE
    found = climb(np.concatenate([everyone, columns], axis=1), outcomes, ridge)
    return found[1:], _keeping_level(outcomes, columns @ found[1:])


def _keeping_level(outcomes: Outcomes, shift: Floats) -> float:
    """What to add to the shift so that as many are forecast to buy as without it."""
    wanted = outcomes.forecast().sum()

    def surplus(level: float) -> float:
        return float(outcomes.forecast(shift + level).sum() - wanted)

    # who is moved most is moved no more at the one end, and no less at the other
    lowest, highest = -float(shift.max()), -float(shift.min())
    if lowest == highest:
        return lowest
    return brentq(surplus, lowest, highest)


def climb(columns: Floats, outcomes: Outcomes, ridge: Floats) -> Floats:
    """Weights of the largest likelihood, each held back by its own penalty, by Fisher's
    scoring from zero.

    :raise FitError: it does not settle
    """
    weights = np.zeros(columns.shape[1])
    value = -outcomes.losses().sum()
    for _iteration in range(ITERATIONS):
        slope, information = slopes(outcomes, columns @ weights)
        gradient = np.einsum("ij,i->j", columns, slope) - ridge * weights
        step = np.linalg.solve(cross(columns, information) + np.diag(ridge), gradient)
        gain = dot(gradient, step)
        if gain < CLOSE:
            return weights
        for _halving in range(HALVINGS):
            tried = weights + step
            loss = outcomes.losses(columns @ tried).sum()
            now = -loss - dot(ridge * tried, tried) / 2.0
            if now > value:
                break
            step = step / 2.0
        else:
            return weights
        weights, value = tried, now
    raise FitError("the attributes' weights do not settle")


def choose_penalty(
    columns: Floats,
    outcomes: Outcomes,
    rng: np.random.Generator,
    folds: int = 3,
    sample: int = 3000,
) -> float:
    """The penalty whose weights, from some of the customers, forecast others best."""
    rows = rng.permutation(len(columns))[:sample]
    columns, outcomes = columns[rows], outcomes.rows(rows)
    fold = np.arange(len(rows)) % folds
    losses = np.zeros(len(PENALTIES))
    for part in range(folds):
        learn, judge = fold != part, fold == part
        for row, penalty in enumerate(PENALTIES):
            try:
                weights, level = fit_weights(
                    columns[learn], outcomes.rows(learn), penalty
                )
            except FitError:  # too weak a penalty for so few customers
                losses[row] = np.inf
                continue
            shift = bounded(columns[judge] @ weights + level)
            losses[row] += outcomes.rows(judge).losses(shift).sum()
    return PENALTIES[int(np.argmin(losses))]


def slopes(outcomes: Outcomes, shift: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """Slope of each customer's log-likelihood in his shift, and its variance.

    The slope is what the outcome adds to his alive probability: all of the rest where
    he bought, some of it back where he did not.
    """
    alive = expit(outcomes.log_odds + shift)
    buys = outcomes.given_alive * alive
    silent = buys * (1.0 - alive) / (1.0 - buys)
    slope = np.where(outcomes.bought, 1.0 - alive, -silent)
    return slope, silent * (1.0 - alive)
