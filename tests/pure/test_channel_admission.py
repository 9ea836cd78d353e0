from channel.admission import judge_all, judge_answer, judge_number


def test_what_is_not_known_is_neither_met_nor_failed():
    """C017: not known is an answer of its own."""
    assert judge_number(None, 100) == "unknown"
    assert judge_answer(None) == "unknown"


def test_both_bounds_meet():
    figures = (99.99, 100, 200, 200.01)
    found = [judge_number(figure, 100, 200) for figure in figures]
    assert found == ["failed", "met", "met", "failed"]
    assert judge_number(0, 0) == "met"


def test_an_answer():
    assert [judge_answer(True), judge_answer(False)] == ["met", "failed"]


def test_one_that_failed_decides_then_what_is_not_known():
    assert judge_all(["met", "unknown", "failed"]) == "failed"
    assert judge_all(["met", "unknown"]) == "unknown"
    assert judge_all(["met"]) == judge_all([]) == "met"
