"""Decisions of policies in sentences."""

from collections.abc import Sequence
from typing import NamedTuple

from odoo.api import Environment

from ...channel.policy import Reason, Rule, ahead_by

KINDS = [
    ("intensive", "Intensive"),
    ("selective", "Selective"),
    ("exclusive", "Exclusive"),
]
GOODS = [
    ("convenience", "Convenience Goods"),
    ("shopping", "Shopping Goods"),
    ("specialty", "Specialty Goods"),
    ("unsought", "Unsought Goods"),
]


# of a policy, of one that is proposed, and of one that is tried
POLICY_LIMITS = {
    "capacity": (1, 1_000),
    "goal_numeric": (0, 100),
    "goal_weighted": (0, 100),
}


class Proposal(NamedTuple):
    kind: str
    capacity: int = 1
    goal_numeric: float = 0
    goal_weighted: float = 0


PROPOSALS = {
    "convenience": Proposal("intensive", goal_numeric=70, goal_weighted=85),
    "shopping": Proposal("selective", goal_numeric=30, goal_weighted=60),
    "specialty": Proposal("exclusive"),
    "unsought": Proposal("selective"),
}


def decision_sentence(env: Environment, ranked: Sequence[Rule]) -> str:
    """Why the first of these policies decides."""
    if not ranked:
        return env._("No policy covers this.")
    winner = ranked[0]
    if len(ranked) == 1:
        return env._("“%s” decides: no other policy covers this.", winner.name)
    loser = ranked[1]
    names = {"winner": winner.name, "loser": loser.name}
    reason = ahead_by(winner, loser)
    if reason == Reason.CATEGORY:
        return env._(
            "“%(winner)s” decides: its product category is closer than that of "
            "“%(loser)s”.",
            **names,
        )
    if reason == Reason.TERRITORY:
        return env._(
            "“%(winner)s” decides: for goods as close, its territory is closer than "
            "that of “%(loser)s”.",
            **names,
        )
    if reason == Reason.START:
        return env._(
            "“%(winner)s” decides: for the same scope, it began later than "
            "“%(loser)s”.",
            **names,
        )
    return env._(
        "“%(winner)s” decides: for the same scope and from the same day, it was made "
        "later than “%(loser)s”.",
        **names,
    )


def promise_in_words(env: Environment, rule: Rule | None) -> str:
    """What partners may count on where this policy decides."""
    if rule is None:
        return env._("no policy")
    if rule.kind == "exclusive":
        return env._(
            "exclusive for %(capacity)s by “%(policy)s”",
            capacity=rule.capacity,
            policy=rule.name,
        )
    if rule.kind == "selective":
        return env._("selective by “%s”", rule.name)
    return env._("intensive by “%s”", rule.name)


def proposal_reason(env: Environment, goods_kind: str) -> str:
    """Why goods of this kind are distributed as proposed."""
    if goods_kind == "shopping":
        return env._(
            "Customers compare before they buy, and want choice, advice and service: "
            "outlets that offer these, and enough of them to be found."
        )
    if goods_kind == "specialty":
        return env._(
            "Customers go out of their way for them: few outlets are enough, and each "
            "invests in them only when it need not fear its neighbour."
        )
    if goods_kind == "unsought":
        return env._(
            "Nobody looks for them; they are sold by explaining. Outlets that are "
            "trained and visit customers do that, mere presence does not."
        )
    return env._(
        "Bought often, without search and at the next outlet: where they are missing, "
        "another brand is bought. They should be everywhere."
    )
