"""Customer bases that tell us of bad experiences: before they leave, or for nothing."""

from dataclasses import dataclass

import numpy as np

from clv import Attribute, PurchaseHistory

QUARTER, YEAR = 13.0, 52.0
# Customers who buy every nine weeks or so, as companies do; weeks.
RATE, LEAVES, AGES = (2.0, 9.0), (0.7, 8.0), (20.0, 150.0)
# Of purchases so many go wrong; of those who suffer it so many say so.
BAD, COMPLAIN = 0.15, 0.5
# Of customers so many are asked after a purchase, and so many of them answer.
ASKED, ANSWER, ANSWER_UNHAPPY = 0.4, 0.4, 0.25
# Until a complaint is solved; and how many of them are answered too late.
SOLVED_AFTER, LATE = 2.0, 0.3
# How many of those who suffer it leave for that, answered in time and too late.
LEAVE, LEAVE_LATE = 0.35, 0.6


@dataclass(frozen=True)
class Base:
    history: PurchaseHistory
    actual: np.ndarray
    attributes: list[Attribute]


def draw_base(rng, customers: int, matters: bool) -> Base:
    """What is known at the cut-off, and the purchases of the quarter after it.

    ``matters``: a bad experience makes customers leave. Where not, as many go wrong and
    as many are complained about, and nobody leaves for it. Complaints come of purchases
    in both, so that whoever buys more complains more.
    """
    age = rng.uniform(*AGES, customers)
    rate = rng.gamma(RATE[0], 1.0 / RATE[1], customers)
    leaves = rng.beta(*LEAVES, customers)
    x = np.zeros(customers, dtype=np.int64)
    t_x, logs = np.zeros(customers), np.zeros(customers)
    future = np.zeros(customers, dtype=np.int64)
    open_, complaints, late, silent, score = (np.full(customers, 0.0) for _ in range(5))
    asked, heard = np.zeros(customers, bool), np.zeros(customers, bool)
    wrote = np.zeros(customers, bool)
    row, time = np.arange(customers), np.zeros(customers)
    while len(row):
        bad = rng.random(len(row)) < BAD
        says = bad & (rng.random(len(row)) < COMPLAIN)
        slow = says & (rng.random(len(row)) < LATE)
        known = (time <= age[row]) & (time > age[row] - YEAR)
        over = time + rng.exponential(SOLVED_AFTER, len(row)) < age[row]
        complaints[row[known & says]] += 1
        open_[row[(time <= age[row]) & says & ~over]] += 1
        wrote[row[known & says]] = True
        late[row[known & slow]] += 1
        was_asked = known & (rng.random(len(row)) < ASKED)
        willing = np.where(bad, ANSWER_UNHAPPY, ANSWER)
        answers = was_asked & (rng.random(len(row)) < willing)
        asked[row[was_asked]] = True
        silent[row[was_asked & ~answers]] += 1
        heard[row[answers]] = True
        felt = np.where(bad, rng.normal(35, 20, len(row)), rng.normal(80, 15, len(row)))
        score[row[answers]] = felt.clip(0, 100)[answers]
        chance = leaves[row]
        if matters:
            harm = np.where(slow, LEAVE_LATE, LEAVE) * bad
            chance = 1 - (1 - chance) * (1 - harm)
        stays = rng.random(len(row)) > chance
        row, time = row[stays], time[stays]
        gap = rng.exponential(1.0 / np.maximum(rate[row], 1e-9))
        time = time + gap
        seen = time <= age[row] + QUARTER
        row, time, gap = row[seen], time[seen], gap[seen]
        past = time <= age[row]
        x[row[past]] += 1
        t_x[row[past]] = time[past]
        logs[row[past]] += np.log(gap[past])
        future[row[~past]] += 1
    history = PurchaseHistory(
        np.arange(customers), x, t_x, age, logs, np.full(customers, 60.0)
    )
    return Base(
        history,
        future,
        [
            Attribute("open_complaints", "amount", open_),
            Attribute("complaints", "amount", complaints),
            Attribute("late_answers", "amount", np.where(wrote, late, np.nan)),
            Attribute("satisfaction", "number", np.where(heard, score, np.nan)),
            Attribute("unanswered", "amount", np.where(asked, silent, np.nan)),
        ],
    )
