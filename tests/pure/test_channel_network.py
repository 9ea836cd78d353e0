"""Who supplies whom as a tree, and what intermediaries save."""

import pytest
from channel.contacts import ContactEfficiency
from channel.network import main_suppliers
from hypothesis import given, strategies as st

partners = st.integers(1, 8)


def test_best_link_decides():
    assert main_suppliers([("a", "c"), ("b", "c"), ("b", "a")]) == {"c": "a", "a": "b"}


def test_two_that_supply_each_other_make_no_circle():
    assert main_suppliers([("a", "b"), ("b", "a"), ("c", "a")]) == {"b": "a", "a": "c"}
    assert main_suppliers([("a", "a")]) == {}


@given(st.lists(st.tuples(partners, partners)))
def test_tree_has_a_top_and_leaves_nobody_out_without_need(links):
    above = main_suppliers(links)
    assert {(supplier, buyer) for buyer, supplier in above.items()} <= set(links)
    for buyer in above:
        seen = set()
        while buyer in above:
            assert buyer not in seen
            seen.add(buyer)
            buyer = above[buyer]
    for supplier, buyer in links:
        if buyer not in above:
            # each of his suppliers stands below him
            while supplier != buyer:
                supplier = above[supplier]


def test_contacts_of_three_producers_and_four_retailers():
    """C131: 5 saved by one, 2 lost by two."""
    one, two = ContactEfficiency(3, 4, 1), ContactEfficiency(3, 4, 2)
    assert (one.direct, one.through, one.saved) == (12, 7, 5)
    assert two.saved == -2
    assert one.break_even == pytest.approx(12 / 7)
    assert one.saved > 0 > two.saved


def test_cost_of_contacts():
    one = ContactEfficiency(3, 4)
    assert one.gain(10) == 50
    assert one.gain(10, margin_given=60) == -10
    # margin makes an intermediary pay less: 12·10 = k·(7·10 + 50)
    assert one.paying(10, margin_each=50) == pytest.approx(1)
    assert one.paying(10) == pytest.approx(one.break_even)


def test_nobody_to_contact():
    nobody = ContactEfficiency(0, 0)
    assert (nobody.saved, nobody.break_even, nobody.paying(10)) == (0, 0, 0)
    with pytest.raises(ValueError):
        ContactEfficiency(-1, 4)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 60))
def test_break_even_is_where_saving_ends(suppliers, buyers, many):
    contacts = ContactEfficiency(suppliers, buyers, many)
    assert (contacts.saved > 0) is (many < contacts.break_even)
