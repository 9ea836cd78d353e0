"""Customers drawn one by one, so that each may differ from what the models assume.

``simulation.draw`` is faster and follows the models' own assumptions.
"""

import numpy as np

from clv import PurchaseHistory
from clv.fold import fold_purchases


def base(
    seed,
    n,
    r,
    alpha,
    leave,
    ages,
    k=1,
    ahead=0.0,
    mean=50.0,
    first=1.0,
    growth=0.0,
    tie=0.0,
):
    """``n`` buyers, and what they buy and bring in the ``ahead`` weeks after.

    Amounts are gamma (shape 4) around means that are inverse gamma (5). ``leave`` draws
    each one's chance to leave after a purchase, ``first`` is the size of the first
    purchase against the others, ``growth`` the yearly growth of amounts; they go with
    the power ``tie`` of how often he buys.
    """
    rng = np.random.default_rng(seed)
    usual = mean * 4 / rng.gamma(5, 1, n)
    x, t_x = np.zeros(n, int), np.zeros(n)
    log_intervals, total = np.zeros(n), np.zeros(n)
    bought, brought = np.zeros(n), np.zeros(n)
    for i in range(n):
        rate, leaves, time = rng.gamma(r, 1 / alpha), leave(rng), 0.0
        usual[i] *= (rate * alpha / r) ** tie
        total[i] = rng.gamma(4, usual[i] * first / 4)
        stays = rng.random() >= leaves
        while stays:
            gap = rng.gamma(k, 1 / rate)
            time += gap
            if time > ages[i] + ahead:
                break
            amount = rng.gamma(4, usual[i] * (1 + growth) ** (time / 52) / 4)
            if time <= ages[i]:
                x[i] += 1
                t_x[i] = time
                log_intervals[i] += np.log(gap)
                total[i] += amount
            else:
                bought[i] += 1
                brought[i] += amount
            stays = rng.random() >= leaves
    history = PurchaseHistory(
        np.arange(n),
        x,
        t_x,
        np.asarray(ages, float),
        log_intervals,
        total / (x + 1),
    )
    return history, bought, brought


def one_more(history, *, x, t_x, T, log_intervals, value, margin=None):
    """The same customers and, last, one more."""
    margins = history.margin
    if margin is not None:
        known = np.full(len(history), np.nan) if margins is None else margins
        margins = np.append(known, margin)
    return PurchaseHistory(
        np.arange(len(history) + 1),
        np.append(history.x, x),
        np.append(history.t_x, t_x),
        np.append(history.T, T),
        np.append(history.log_intervals, log_intervals),
        np.append(history.value, value),
        margins,
    )


def monthly(seed, n, jitter):
    """Subscribers who pay every 30.4 days, give or take a share; and who of them is
    left."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        age, leaves = rng.uniform(300, 900), rng.beta(0.8, 8)
        time, x, logs = 0.0, 0, 0.0
        stays = rng.random() >= leaves
        while stays:
            gap = 30.4 * max(1 + rng.normal(0, jitter), 0.1)
            if time + gap > age:
                break
            time, x, logs = time + gap, x + 1, logs + np.log(gap / 7)
            stays = rng.random() >= leaves
        rows.append((x, time / 7, age / 7, logs, stays))
    x, t_x, T, logs, alive = map(np.array, zip(*rows, strict=True))
    return PurchaseHistory(np.arange(n), x, t_x, T, logs), alive


def wholesaler(seed, customers=1500, ahead=365):
    """A year of lines, cancellations among them and one bulk order cancelled the same
    day: the history, what the year after brings, and how many lines there were."""
    rng = np.random.default_rng(seed)
    rows, later = [], 0.0
    for customer in range(customers):
        rate, leaves = rng.gamma(1.1, 1 / 60), rng.beta(0.6, 4)
        usual = 250 * 4 / rng.gamma(5)
        day = int(rng.integers(0, 330))
        while day <= 365 + ahead:
            lines = rng.gamma(2.0, usual / 6, int(rng.integers(1, 6)))
            back = rng.random() < 0.03
            for line in lines:
                if day > 365:
                    later += 0.0 if back else line
                    continue
                rows.append((customer, day, line))
                if back:
                    rows.append((customer, min(day + 4, 365), -line))
            if rng.random() < leaves:
                break
            day += 1 + int(rng.exponential(1 / rate))
    rows += [(7, 200, 77_183.6), (7, 200, -77_183.6)]
    customer, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    folded = fold_purchases(customer, day, amount, np.full(len(day), np.nan))
    count = folded["purchase_count"]
    history = PurchaseHistory.from_days(
        folded["customer"],
        count - 1,
        folded["last_day"] - folded["first_day"],
        365 - folded["first_day"],
        folded["log_intervals"],
        folded["revenue"] / count,
    )
    return history, later, len(rows)
