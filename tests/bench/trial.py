"""Cheap cases once, small, on one database that has all add-ons: do they still run?

Its figures mean nothing. Both sides of a comparison are the same database, so that what
a peer lacks is not noticed; ``--quick`` does that.
"""

import time
from collections.abc import Sequence
from importlib import import_module

import databases
import measure
import session
from load import TABLES, load
from population import Truth
from session import environment, say

CUSTOMERS = 150
# what a case takes from its own constants, not from the number of customers
FEWER = {
    "sellout": {"FEW": 20, "MANY": 60, "PRODUCTS": 10},
    "channel": {"PARTNERS": 20, "MORE_PARTNERS": 30, "LEADS": 20, "PEER_LEADS": 2},
}
# the others begin servers of their own, take minutes even so, need databases of several
# sizes, or compare with what a bare query finds where nothing else is
CASES = (
    "fit",
    "recovery",
    "refresh",
    "segments",
    "points",
    "tiers",
    "channel",
    "sellout",
)


def run(database: str, cases: Sequence[str]) -> None:
    _stand_in(database)
    truth = Truth(customers=CUSTOMERS)
    with environment(database) as env:
        _fill_in(env)
        load(env, truth)
    for name in cases or CASES:
        begun = time.monotonic()
        case = import_module(f"cases.{name}")
        for constant, value in FEWER.get(name, {}).items():
            getattr(case, constant)  # a case that lost it has to be told here
            setattr(case, constant, value)
        figures = [one.name for one in case.run(truth)]
        say(f"{name}: {len(figures)} figures in {time.monotonic() - begun:.1f} s")


def _fill_in(env) -> None:
    """What other add-ons require has its usual value where load names none."""
    for table in TABLES:
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL",
            [table],
        )
        required = [name for (name,) in env.cr.fetchall()]
        for name, value in env[table.replace("_", ".")].default_get(required).items():
            column = f'ALTER TABLE "{table}" ALTER COLUMN "{name}"'
            env.cr.execute(f"{column} SET DEFAULT %s", [value])


def _stand_in(database: str) -> None:
    """Before any case is imported: one database, one process, one round."""
    made = ("base", "plain", "installed", "bare", "channel", "copy")
    for name in made:
        setattr(databases, name, lambda *_sizes: database)
    databases.drop = lambda _name: None
    session.in_fresh_process = lambda function, *arguments: function(*arguments)
    alternate = measure.alternate
    measure.alternate = lambda _rounds, *functions: alternate(1, *functions)
