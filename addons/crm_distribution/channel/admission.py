"""Whether a candidate meets what a policy asks of partners."""

from collections.abc import Collection

MET, FAILED, UNKNOWN = "met", "failed", "unknown"


def judge_number(
    figure: float | None, least: float | None, most: float | None = None
) -> str:
    """A figure against its bounds, both of which still meet them."""
    if figure is None:
        return UNKNOWN
    enough = least is None or figure >= least
    return MET if enough and (most is None or figure <= most) else FAILED


def judge_answer(answer: bool | None) -> str:
    if answer is None:
        return UNKNOWN
    return MET if answer else FAILED


def judge_all(results: Collection[str]) -> str:
    """One that failed decides; what is not known is neither met nor failed."""
    for result in (FAILED, UNKNOWN):
        if result in results:
            return result
    return MET
