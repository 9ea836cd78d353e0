"""When two contradictions are the same one."""

import pytest
from channel.conflict import (
    ACTIVE,
    HORIZONTAL,
    MULTICHANNEL,
    PASSIVE,
    UNKNOWN,
    VERTICAL,
    Fact,
    direction,
    may_block,
)

FACT = Fact(
    1, "quotation", ("order 7", "agreement 3"), (("goods", "Pumps"),), MULTICHANNEL
)


def test_the_same_proof_is_the_same_conflict():
    again = FACT._replace(about=("agreement 3", "order 7"), severity="3", blocks=True)
    assert again.key == FACT.key
    assert again.subject == FACT.subject


@pytest.mark.parametrize(
    ("other", "same_subject"),
    [
        (FACT._replace(proof=(("goods", "Valves"),)), True),
        (FACT._replace(about=("order 8", "agreement 3")), False),
        (FACT._replace(kind="delivery"), False),
        (FACT._replace(company_id=2), False),
    ],
)
def test_new_facts_make_another_key(other, same_subject):
    assert other.key != FACT.key
    assert (other.subject == FACT.subject) is same_subject


def test_directions():
    assert direction(1, 1, own=False) == HORIZONTAL
    assert direction(1, 2, own=False) == VERTICAL
    assert direction(1, None, own=True) == MULTICHANNEL


def test_only_active_sales_of_intermediaries_are_restricted():
    assert may_block(HORIZONTAL, ACTIVE)
    assert not may_block(HORIZONTAL, UNKNOWN)
    assert not may_block(VERTICAL, PASSIVE)


def test_our_own_sales_are_bound_unless_the_customer_came_unasked():
    assert may_block(MULTICHANNEL, UNKNOWN)
    assert may_block(MULTICHANNEL, ACTIVE)
    assert not may_block(MULTICHANNEL, PASSIVE)
