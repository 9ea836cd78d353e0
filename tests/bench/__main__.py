"""Is it fast and small enough? Each case prints its measures as JSON lines.

    python tests/bench [--quick] [case ...]

    refresh        the refresh of all values, beside Odoo's sales report
    fit            the fit of the model, beside the package lifetimes
    growth         memory of the refresh; time and memory at ten times the customers
    customer_list  the customer list and form, with and without the add-on
    recovery       known parameters found again
    imports        purchases from files; the whole CDNOW log imported and valued
    segments       who bought X, beside the plain grouping of the same order lines
    points         an order confirmed, beside sale_loyalty; 100,000 cards closed
    doors          orders and till sales, with and without the add-ons of points
    tiers          everybody's tier in batches, night by night, and at an order
    programs       customers enrolled, measured and touched by a program
    channel        leads routed, beside Resellers; addresses, coverage, beside SQL
    sellout        10,000 and 100,000 lines, from the file to accepted
    terms          what 100,000 invoice lines earn by 500 terms, beside SQL
    waterfall      where the price of sold lines went, beside SQL
    voice          the portal of 50 people, beside Odoo's orders; signals, beside SQL

A line has name, value, unit, goal and met; progress and seconds go to standard error.
The exit code is 1 when a goal is not met. Databases are made as needed (minutes, the
first time), kept as ``crm_bench_*`` while what they are made from is the same, and
dropped by ``--drop``. ``--quick`` takes 2,000 customers instead of 100,000: it shows
that the bench works; fixed costs outweigh the rest at that size, so its verdicts count
for nothing and it always exits with 0 when every case ran. ``--on DATABASE`` tries
cheap cases on a database that has all add-ons, and changes it: for `make test`.

Goals are ratios to a peer in the same run where there is one, because machines differ.
Other work on the machine disturbs them all the same: measure on an idle one.
"""

import argparse
import sys
from importlib import import_module

import databases
import session
import trial
from population import Truth

CASES = [
    "refresh",
    "fit",
    "growth",
    "customer_list",
    "recovery",
    "imports",
    "segments",
    "points",
    "doors",
    "tiers",
    "programs",
    "channel",
    "sellout",
    "terms",
    "waterfall",
    "voice",
]
QUICK = 2_000


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("case", nargs="*", choices=[*CASES, []])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--on", metavar="DATABASE")
    parser.add_argument("--drop", action="store_true")
    options = parser.parse_args()
    session.configure()
    if options.drop:
        databases.drop_all()
        return 0
    if options.on:
        trial.run(options.on, options.case)
        return 0
    truth = Truth(customers=QUICK) if options.quick else Truth()
    missed = []
    for name in options.case or CASES:
        for measure in import_module(f"cases.{name}").run(truth):
            print(measure.line(), flush=True)
            missed += [] if measure.met else [measure.name]
    if missed:
        session.say(f"not met: {', '.join(missed)}")
    return int(bool(missed) and not options.quick)


if __name__ == "__main__":
    sys.exit(main())
