import numpy as np
import pytest

from clv import MbgCnbd, PurchaseHistory
from clv.lifecycle import (
    ACTIVE,
    AT_RISK,
    LOST,
    LOYAL,
    NEW,
    WON_BACK,
    lifecycle,
    purchase_before_last,
    risk_threshold,
)


@pytest.mark.parametrize(
    ("alive", "x", "silence", "came_back", "stage"),
    [
        (0.95, 0, 1.0, False, NEW),
        (0.95, 0, 9.0, False, ACTIVE),
        (0.95, 2, 1.0, False, ACTIVE),
        (0.95, 3, 1.0, False, LOYAL),
        (0.95, 6, 1.0, True, WON_BACK),
        (0.60, 6, 9.0, False, AT_RISK),
        (0.60, 6, 9.0, True, AT_RISK),
        (0.40, 6, 9.0, False, LOST),
        (0.40, 0, 1.0, False, LOST),
    ],
)
def test_stage_of_a_customer(alive, x, silence, came_back, stage):
    found = lifecycle(
        np.array([alive]),
        np.array([x]),
        np.array([silence]),
        np.array([came_back]),
        typical_interval=4.0,
        lapse_threshold=0.5,
    )
    assert found.tolist() == [stage]


def test_risk_begins_midway_from_lapse_to_certainty():
    assert risk_threshold(0.5) == 0.75


def test_history_before_the_last_purchase_is_what_was_known_then():
    gaps = [[], [6.0], [2.0, 3.0, 40.0]]
    history = PurchaseHistory(
        [1, 2, 3],
        [len(g) for g in gaps],
        [sum(g) for g in gaps],
        [50.0, 8.0, 47.0],
        [np.log(g).sum() for g in gaps],
    )
    before, has_repeat = purchase_before_last(history, np.array([0.0, 6.0, 40.0]))
    assert has_repeat.tolist() == [False, True, True]
    assert before.x.tolist() == [0, 2]
    assert before.t_x.tolist() == [0.0, 5.0]
    assert before.T.tolist() == [6.0, 45.0]
    np.testing.assert_allclose(before.log_intervals, [0.0, np.log(6.0)], atol=1e-12)
    # the customer who was silent for forty weeks had lapsed and came back
    model = MbgCnbd(1, 0.5, 6.0, 0.9, 1.6)
    assert (model.silent_until(before, 0.5) < before.T).tolist() == [False, True]
