"""Scores of customers and what they say of all: NPS, CSAT, CES.

The scale and the formula are fixed by the metric:

* NPS, 0–10: share of promoters (9, 10) less share of detractors (0–6), in points from
  −100 to 100 (F. Reichheld, "The One Number You Need to Grow", Harvard Business
  Review, December 2003). The variance is that of the mean of +1, 0 and −1.
* CSAT, 1–5: share of those who choose 4 or 5, in per cent.
* CES, 1–7, from "strongly disagree" to "strongly agree" that it was easy: share of
  those who choose 5, 6 or 7, in per cent (M. Dixon, N. Toman, R. DeLisi, "The
  Effortless Experience", 2013, chapter 6: CES 2.0).

Shares have Wilson's score interval (E. B. Wilson, Journal of the American Statistical
Association 22, 1927, p. 209–212), which lies between 0 and 100. Where all answers are
of one group, NPS has no variance; its other bound is then that of Clopper and Pearson
(Biometrika 26, 1934, p. 404–413) for the share of that group.
"""

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

GOOD, NEUTRAL, BAD = "good", "neutral", "bad"
# lowest and highest score, and the lowest of the neutral and of the good ones
SCALES = {
    "nps": (0, 10, 7, 9),
    "csat": (1, 5, 3, 4),
    "ces": (1, 7, 4, 5),
}
# fewer answers are told as what they are: too few
ENOUGH = 10
# two-sided 95 %
Z = 1.959963984540054


class Counts(NamedTuple):
    """How many answers are in each group; they always add up to all answers."""

    good: int = 0
    neutral: int = 0
    bad: int = 0

    @property
    def total(self) -> int:
        return self.good + self.neutral + self.bad


class Figure(NamedTuple):
    """What the answers say, and between what it lies with 95 % confidence."""

    value: float
    low: float
    high: float
    answers: int

    @property
    def margin(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2

    @property
    def enough(self) -> bool:
        return self.answers >= ENOUGH


class Change(NamedTuple):
    """The difference between two figures, and whether it is shown to be one."""

    value: float
    margin: float

    @property
    def shown(self) -> bool:
        return abs(self.value) > self.margin


def scale(metric: str) -> tuple[int, int]:
    """The lowest and the highest score."""
    low, high, _neutral, _good = SCALES[metric]
    return low, high


def read_score(metric: str, text: object) -> int:
    """A score that somebody sent.

    :raise ValueError: it is not a whole number of the metric's scale
    """
    low, high = scale(metric)
    written = str(text).strip()
    if not written.isdecimal() or len(written) > 2:
        raise ValueError(f"{written[:20]!r} is no score")
    score = int(written)
    if not low <= score <= high:
        raise ValueError(f"{score} is not between {low} and {high}")
    return score


def group_of(metric: str, score: int) -> str:
    """The group that a score is in: promoters, passives and detractors for NPS."""
    low, high, neutral, good = SCALES[metric]
    if not low <= score <= high:
        raise ValueError(f"{score} is not between {low} and {high}")
    if score >= good:
        return GOOD
    return NEUTRAL if score >= neutral else BAD


def points_of(metric: str, score: int) -> int:
    """What one answer adds: the metric is the mean of these over all answers."""
    worst = -100 if metric == "nps" else 0
    return {GOOD: 100, NEUTRAL: 0, BAD: worst}[group_of(metric, score)]


def count(metric: str, scores: Iterable[int]) -> Counts:
    groups = [group_of(metric, score) for score in scores]
    return Counts(*map(groups.count, (GOOD, NEUTRAL, BAD)))


def pool(parts: Iterable[Counts]) -> Counts:
    """All answers together: a company's figure is no mean of its teams' figures."""
    parts = list(parts)
    return Counts(*(sum(part[place] for part in parts) for place in range(3)))


def figure(metric: str, counts: Counts) -> Figure | None:
    """None without an answer: nothing was said, which is not 0."""
    if not counts.total:
        return None
    return _nps(counts) if metric == "nps" else _share(counts)


def change(after: Figure, before: Figure) -> Change:
    """Between two groups of answers that have nobody in common."""
    margin = sqrt(after.margin**2 + before.margin**2)
    return Change(after.value - before.value, margin)


def _nps(counts: Counts) -> Figure:
    n = counts.total
    promoters, detractors = counts.good / n, counts.bad / n
    score = promoters - detractors
    margin = Z * sqrt((promoters + detractors - score**2) / n)
    low, high = max(score - margin, -1), min(score + margin, 1)
    if n in counts:
        # at least so many are of that group; the others may be at the other end
        share = 0.025 ** (1 / n)
        low = 2 * share - 1 if counts.good else (share - 1 if counts.neutral else -1)
        high = 1 - 2 * share if counts.bad else (1 - share if counts.neutral else 1)
    return Figure(100 * score, 100 * low, 100 * high, n)


def _share(counts: Counts) -> Figure:
    n = counts.total
    share = counts.good / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = max(middle - half, 0), min(middle + half, 1)
    return Figure(100 * share, 100 * low, 100 * high, n)
