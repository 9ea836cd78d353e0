"""Need follows need: the estimate by hand, its limits, and what chance alone gives."""

import numpy as np
import pytest
from affinity import Rule, conditional_probabilities, find_rules

# Ten customers: seven have need 1, four of them and one other have need 2.
ONE = [*range(7)]
TWO = [3, 4, 5, 6, 7]
THREE = [8, 9]
CUSTOMER = np.array([*ONE, *TWO, *THREE])
NEED = np.array([1] * 7 + [2] * 5 + [3] * 2)


def test_without_shrinkage_it_is_the_plain_share():
    rules = find_rules(CUSTOMER, NEED, shrinkage=0, least_strength=0, least_lift=0)
    found = {(rule.because, rule.need): rule for rule in rules}
    assert found[1, 2].strength == pytest.approx(4 / 7)
    assert found[2, 1].strength == pytest.approx(4 / 5)
    assert found[1, 2].lift == pytest.approx((4 / 7) / (5 / 10))
    assert found[1, 3].strength == 0


def test_m_estimate_by_hand():
    rules = find_rules(CUSTOMER, NEED, shrinkage=10, least_strength=0, least_lift=0)
    found = {(rule.because, rule.need): rule.strength for rule in rules}
    assert found[2, 1] == pytest.approx((4 + 10 * 0.7) / (5 + 10))


def test_much_shrinkage_leaves_the_share_among_all():
    together = np.array([[7.0, 4.0], [4.0, 5.0]])
    strength = conditional_probabilities(together, 10, 1e9)
    assert strength == pytest.approx(np.array([[0.7, 0.5], [0.7, 0.5]]), abs=1e-6)


def test_strength_is_a_probability_and_no_need_follows_from_itself():
    rng = np.random.default_rng(7)
    customer, need = rng.integers(0, 200, 900), rng.integers(0, 12, 900)
    rules = find_rules(customer, need, least_strength=0, least_lift=0)
    assert len(rules) == 12 * 11
    assert all(0 <= rule.strength <= 1 for rule in rules)
    assert all(rule.because != rule.need for rule in rules)


def test_order_and_repetition_change_nothing():
    rng = np.random.default_rng(3)
    shuffled = rng.permutation(np.tile(np.arange(len(NEED)), 2))
    settings = {"least_strength": 0, "least_lift": 0}
    once = find_rules(CUSTOMER, NEED, **settings)
    again = find_rules(CUSTOMER[shuffled], NEED[shuffled], **settings)
    assert once == again


def test_strongest_rule_comes_first_and_ties_by_id():
    rules = find_rules(CUSTOMER, NEED, least_strength=0, least_lift=0)
    keys = [(-rule.strength, rule.because, rule.need) for rule in rules]
    assert keys == sorted(keys)


def test_true_dependence_is_found_again():
    rng = np.random.default_rng(11)
    size = 20_000
    has_one = rng.random(size) < 0.3
    has_two = rng.random(size) < np.where(has_one, 0.6, 0.1)
    customer = np.concatenate([np.flatnonzero(has_one), np.flatnonzero(has_two)])
    need = np.concatenate([np.full(has_one.sum(), 1), np.full(has_two.sum(), 2)])
    rules = find_rules(customer, need, customers=size)
    (forth, back) = sorted(rules, key=lambda rule: rule.because)
    assert (forth.because, forth.need) == (1, 2)
    assert forth.strength == pytest.approx(0.6, abs=0.02)
    assert back.strength == pytest.approx(0.18 / (0.18 + 0.07), abs=0.02)


def test_independent_needs_rarely_make_a_rule():
    """Each of 20 bases of 2,000 customers has 90 pairs that mean nothing."""
    found = 0
    for seed in range(20):
        has = np.random.default_rng(seed).random((2_000, 10)) < 0.2
        found += len(find_rules(*np.nonzero(has), customers=2_000))
    assert found / (20 * 90) < 0.05


def test_few_customers_make_no_rule():
    # both needs in the same two of a hundred customers
    others = np.arange(2, 100)
    customer = np.concatenate([[0, 1, 0, 1], others])
    need = np.concatenate([[1, 1, 2, 2], np.full(98, 3)])
    plain = find_rules(customer, need, shrinkage=0)
    assert Rule(1, 2, 1.0, pytest.approx(50)) in plain
    (forth, _back) = find_rules(customer, need)
    assert forth.strength < 0.2


def test_nothing_known_is_no_rule():
    empty = np.array([], dtype=np.int64)
    assert find_rules(empty, empty) == []
    assert find_rules(np.array([1, 2]), np.array([5, 5])) == []
