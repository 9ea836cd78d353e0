"""What advice says, in the order of the codes that ``clv.advice`` uses.

``crm_offer_advice.py`` decides and puts the verdict before the reason.
"""

VERDICTS = [
    ("give", "Give"),
    ("wait", "Wait"),
    ("withhold", "Withhold"),
    ("unclear", "Not Enough Evidence"),
]
REASONS = [
    ("pays", "Expected to earn more than it costs"),
    ("buys_anyway", "Buys anyway"),
    ("too_dear", "Costs more than it is expected to bring"),
    ("disturbs", "Such customers buy less with it"),
    ("lost_cause", "Gone for good, most likely"),
    ("loses_margin", "Brings no margin"),
    ("below_floor", "Too little margin would be left"),
    ("unproved", "Past campaigns do not tell yet"),
    ("unknown", "No purchases to judge by"),
    ("no_cost", "The cost of the offer is unknown"),
]
DECISIONS = [("give", "Given"), ("withhold", "Not Given")]


# What holds whatever customers do with the offer; all else is assumed without arms.
FACTS = {"loses_margin", "below_floor"}


def verdict_in_words(env, verdict: str, code: str, from_arms: bool) -> str:
    """An answer that rests on an assumed response says so, and forbids nothing."""
    if verdict == "withhold" and not from_arms and code not in FACTS:
        return env._("Rather not (assumed)")
    if verdict == "give" and not from_arms:
        return env._("Give (assumed)")
    words = {
        "give": env._("Give"),
        "wait": env._("Wait"),
        "withhold": env._("Withhold"),
        "unclear": env._("Not enough evidence"),
    }
    return words.get(verdict, "")


def opposite(verdict: str) -> str:
    """The decision of DECISIONS that goes against an advice of VERDICTS."""
    return "withhold" if verdict == "give" else "give"


def reason(env, code: str, from_arms: bool, **facts) -> str:
    """A sentence that a salesperson can repeat.

    :param facts: ``interval`` days between purchases (0: unknown), ``treated`` and
        ``control`` customers like this one in past programs, ``response`` the assumed
        share, ``floor`` the least share of margin, ``left`` what would be left of it
    """
    if from_arms:
        return _reason_from_arms(env, code, facts)
    return _reason_by_rule(env, code, facts)


def _reason_from_arms(env, code: str, facts: dict) -> str:
    words = {
        "pays": env._(
            "customers like this one brought more with it (%(treated)s had it, "
            "%(control)s did not)",
            **facts,
        ),
        "buys_anyway": env._(
            "customers like this one buy without it too (%(treated)s had it, "
            "%(control)s did not)",
            **facts,
        ),
        "too_dear": env._(
            "with customers like this one it cost more than it brought (%(treated)s "
            "had it, %(control)s did not)",
            **facts,
        ),
        "disturbs": env._(
            "customers like this one bought less with it (%(treated)s had it, "
            "%(control)s did not)",
            **facts,
        ),
        "unproved": env._(
            "customers like this one do not tell yet (%(treated)s had it, "
            "%(control)s did not)",
            **facts,
        ),
    }
    return words.get(code) or _reason_by_rule(env, code, facts)


def _reason_by_rule(env, code: str, facts: dict) -> str:
    if code == "buys_anyway":
        if not facts["interval"]:
            return env._("a new customer, not late for a second purchase")
        return env._("buys anyway every %(interval)s days", **facts)
    if code == "below_floor" and facts["left"]:
        return env._(
            "%(left)s of the price would be left as margin, less than %(floor)s",
            **facts,
        )
    words = {
        "pays": env._(
            "may be leaving, and it is assumed that %(response)s buy because of it",
            **facts,
        ),
        "too_dear": env._(
            "assumed that %(response)s buy because of it, it would cost more than it "
            "brings",
            **facts,
        ),
        "lost_cause": env._("silent so long that no offer is assumed to help"),
        "loses_margin": env._("what this customer buys brings no margin"),
        "below_floor": env._(
            "less than %(floor)s of the price would be left as margin", **facts
        ),
        "unknown": env._("no purchases with a known margin to judge by"),
        "no_cost": env._("what the offer costs cannot be said"),
    }
    return words.get(code, "")
