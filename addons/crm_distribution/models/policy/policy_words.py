"""Decisions of policies in sentences."""

from collections.abc import Sequence

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
# How a sale came about; only active sales may be restricted.
SALES = [("active", "Active"), ("passive", "Passive"), ("unknown", "Not Known")]


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
            "“%(winner)s” decides: for goods as close, its territory is closer than that "
            "of “%(loser)s”.",
            **names,
        )
    if reason == Reason.START:
        return env._(
            "“%(winner)s” decides: for the same scope, it began later than “%(loser)s”.",
            **names,
        )
    return env._(
        "“%(winner)s” decides: for the same scope and from the same day, it was made "
        "later than “%(loser)s”.",
        **names,
    )
