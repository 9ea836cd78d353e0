"""A drawn base as the histories that the add-on's models take, without a database."""

import sys

import numpy as np
from databases import ADDONS
from load import CUTOFF
from population import Truth, draw

# the models are a package of their own, importable without Odoo
sys.path.append(str(ADDONS / "crm_loyalty"))


def history(truth: Truth):
    from clv import PurchaseHistory

    purchases = draw(truth)
    start = np.datetime64(CUTOFF) + 1 - round(truth.weeks * 7)
    day = start + np.floor(purchases.week * 7).astype(int)
    return PurchaseHistory.from_events(
        purchases.customer, day, purchases.amount, CUTOFF
    )
