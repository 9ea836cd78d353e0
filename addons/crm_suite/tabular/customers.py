"""Which customers of one file are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .records import Customer
from .text import fold


def settle_customers(customers: Iterable[Customer]) -> dict[Customer, Customer]:
    """Customers that are another one of the file, written with less.

    A row with an e-mail alone belongs to the only customer that has it beside his
    reference; likewise a row with a name alone. Names that several customers bear are
    marked, since they find nobody for certain.
    """
    same: dict[Customer, Customer] = {}
    by_email, by_name = defaultdict(list), defaultdict(list)
    for customer in customers:
        if customer.reference and customer.email:
            by_email[customer.email].append(customer)
    for customer in customers:
        if not customer.reference and len(by_email[customer.email]) == 1:
            same[customer] = by_email[customer.email][0]
        elif customer.reference or customer.email:
            by_name[fold(customer.name)].append(customer)
    for customer in customers:
        bearers = by_name[fold(customer.name)]
        if customer in same or not customer.name:
            continue
        if customer.reference or customer.email:
            customer.name_is_unique = len(bearers) == 1
        elif len(bearers) == 1:
            same[customer] = bearers[0]
        else:
            customer.name_is_unique = not bearers
    return same
