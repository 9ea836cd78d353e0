"""Are the parameters found that the customers were drawn from?

From the arrays alone, for both drop-out rules; and through everything: orders in Odoo,
the SQL, the run's own choice of the model. Purchases are seen by calendar day, two on
one day as one: what that moves the estimates counts as error.
"""

from collections.abc import Iterator
from dataclasses import replace

import databases
from history import history
from load import CUTOFF
from measure import Measure
from population import Truth
from session import environment, in_fresh_process, say

LIMIT = 8


def run(truth: Truth) -> Iterator[Measure]:
    for name, dropout_at_zero in (("bg_nbd", False), ("mbg_nbd", True)):
        drawn = replace(truth, dropout_at_zero=dropout_at_zero)
        found = in_fresh_process(_fit, drawn)
        yield _measure(f"recovery_{name}", drawn, found)
    database = databases.installed(truth)
    found = in_fresh_process(_refresh, database)
    yield _measure("recovery_through_odoo", truth, found)


def _measure(name: str, truth: Truth, found: dict[str, float]) -> Measure:
    """The worst of the relative errors."""
    errors = {key: abs(found[key] / getattr(truth, key) - 1) for key in found}
    told = (f"{key} {found[key]:.4g} ({errors[key]:.1%})" for key in found)
    say(f"{name}: {', '.join(told)}")
    return Measure(name, 100 * max(errors.values()), "percent", LIMIT)


def _fit(truth: Truth) -> dict[str, float]:
    from clv import GammaGamma, MbgCnbd

    base = history(truth)
    times = MbgCnbd.fit(base, dropout_at_zero=truth.dropout_at_zero)
    spend = GammaGamma.fit(base.x + 1, base.value)
    return _parameters(times.to_dict(), spend.to_dict())


def _refresh(database: str) -> dict[str, float]:
    with environment(database) as env:
        company = env.company
        company.value_cutoff = CUTOFF
        run = env["crm.value.run"]._refresh_now(company)
        return _parameters(run.estimate["population"], run.estimate["spend"])


def _parameters(times: dict, spend: dict) -> dict[str, float]:
    if times["k"] != 1:
        raise AssertionError(f"k = {times['k']} was chosen for customers of k = 1")
    found = {**times, **spend}
    return {name: found[name] for name in ("r", "alpha", "a", "b", "p", "q", "v")}
