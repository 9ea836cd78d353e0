"""Which attributes say anything at all, and how easily chance would say as much.

Rao's score test of each attribute against the plain model, its level matched to what
happened, so that a good or bad quarter for everyone is no merit of an attribute. The
smallest of several p-values is small by chance, the more so with few buyers in a group;
how small, quarters drawn from the plain model tell (parametric bootstrap, Davison &
Hinkley 1997, section 4.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from .attributes import Design
from .correction import FREE, Outcomes, climb, slopes
from .sums import cross, inner

Floats = NDArray[np.float64]

DRAWS, AT_ONCE = 400, 50
# Below this share of its largest, a direction of an attribute is none.
_FLAT = 1e-8


class ScoreTest:
    """Of each part of a design, for the outcomes of some customers.

    :raise FitError: no level fits the outcomes
    """

    def __init__(self, design: Design, columns: Floats, outcomes: Outcomes):
        level = climb(np.ones((len(columns), 1)), outcomes, np.array([FREE]))
        self._null = outcomes._replace(log_odds=outcomes.log_odds + level[0])
        _slope, information = slopes(self._null)
        # what is left of the columns when the level is fitted with them
        mean = np.einsum("ij,i->j", columns, information) / information.sum()
        self._columns = columns - mean
        full = cross(self._columns, information)
        owner = design.owner
        self._roots = []
        for part in range(len(design.parts)):
            own = np.flatnonzero(owner == part)
            sizes, axes = np.linalg.eigh(full[np.ix_(own, own)])
            kept = sizes > max(_FLAT * sizes[-1], 1e-12)
            self._roots.append((own, axes[:, kept] / np.sqrt(sizes[kept])))

    def p_values(self) -> Floats:
        """One per part of the design."""
        slope, _information = slopes(self._null)
        return self._tails(slope[:, None])[:, 0]

    def chance(self, rng: np.random.Generator) -> float:
        """How often the plain model alone gives a p-value as small as the smallest."""
        found = self.p_values().min()
        as_small = 0
        buys = self._null.forecast()[:, None]
        for _round in range(DRAWS // AT_ONCE):
            drawn = rng.random((len(buys), AT_ONCE)) < buys
            slope = _slopes_of(self._null, drawn)
            slope -= slope.mean(axis=0)
            as_small += int((self._tails(slope).min(axis=0) <= found).sum())
        return (1 + as_small) / (DRAWS + 1)

    def _tails(self, slope: Floats) -> Floats:
        """p-values, (parts, draws)."""
        scores = inner(self._columns, slope)
        out = np.ones((len(self._roots), slope.shape[1]))
        for part, (own, root) in enumerate(self._roots):
            if root.shape[1]:
                along = root.T @ scores[own]
                out[part] = chdtrc(root.shape[1], (along**2).sum(axis=0))
        return out


def _slopes_of(null: Outcomes, bought: NDArray[np.bool_]) -> Floats:
    """The slopes for many drawn quarters at once."""
    none = null._replace(bought=np.zeros(len(null.bought), dtype=bool))
    every = null._replace(bought=~none.bought)
    return np.where(bought, slopes(every)[0][:, None], slopes(none)[0][:, None])
