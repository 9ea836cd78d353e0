"""Which need goes with which: what customers of one need also need.

Item-based inference from co-occurrence (Deshpande & Karypis 2004, "Item-Based Top-N
Recommendation Algorithms", ACM TOIS 22(1), section 4.1.2: similarity by conditional
probability). The probability is an m-estimate (Cestnik 1990, "Estimating Probabilities:
A Crucial Task in Machine Learning", ECAI, equation 5), which draws the share among few
customers towards the share among all:

    P(j | i) = (n_ij + m p_j) / (n_i + m),    p_j = n_j / n

A need of few customers thus says little, and one that is found as often without another
need as with it is no reason for it: its lift P(j | i) / p_j is about one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# How many customers' worth of evidence the share among all weighs.
SHRINKAGE = 10.0
# Below these a rule is not worth a salesperson's call.
LEAST_STRENGTH = 0.10
LEAST_LIFT = 1.2


@dataclass(frozen=True)
class Rule:
    """Who has the need ``because`` has ``need`` too, with probability ``strength``."""

    because: int
    need: int
    strength: float
    lift: float


def conditional_probabilities(
    together: NDArray[np.float64], customers: int, shrinkage: float
) -> NDArray[np.float64]:
    """P(j | i) in row i, column j.

    :param together: how many customers have both needs; on the diagonal, each need
    :param customers: how many customers there are
    """
    having = np.diag(together)
    base = having / customers
    return (together + shrinkage * base) / (having[:, None] + shrinkage)


def find_rules(
    customer: NDArray[np.int64],
    need: NDArray[np.int64],
    customers: int = 0,
    shrinkage: float = SHRINKAGE,
    least_strength: float = LEAST_STRENGTH,
    least_lift: float = LEAST_LIFT,
) -> list[Rule]:
    """The rules worth acting on, strongest first; the same for the same customers.

    :param customer: with ``need``, one element per known need of a customer, in any
        order; a pair said twice counts once
    :param customers: how many customers there are, those of no known need among them
    """
    if not len(customer):
        return []
    people, row = np.unique(customer, return_inverse=True)
    needs, column = np.unique(need, return_inverse=True)
    has = sparse.csr_array(
        (np.ones(len(row)), (row, column)), shape=(len(people), len(needs))
    )
    has.data = np.minimum(has.data, 1.0)
    total = max(customers, len(people))
    together = np.asarray((has.T @ has).todense())
    strength = conditional_probabilities(together, total, shrinkage)
    lift = strength * total / np.diag(together)
    wanted = (strength >= least_strength) & (lift >= least_lift)
    np.fill_diagonal(wanted, False)
    rules = [
        Rule(int(needs[i]), int(needs[j]), float(strength[i, j]), float(lift[i, j]))
        for i, j in np.argwhere(wanted)
    ]
    return sorted(rules, key=lambda rule: (-rule.strength, rule.because, rule.need))
