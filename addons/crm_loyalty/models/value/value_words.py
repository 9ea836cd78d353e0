"""The words for what the numbers say: the same in every view."""

# In the order of the codes that the numbers use.
VALUE_CLASSES = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]
LIFECYCLES = [
    ("potential", "Potential"),
    ("new", "New"),
    ("active", "Active"),
    ("loyal", "Loyal"),
    ("at_risk", "At Risk"),
    ("lost", "Lost"),
    ("won_back", "Won Back"),
]
EVIDENCES = [
    ("population", "All customers' purchases"),
    ("rhythm", "The customer's own rhythm"),
    ("rule", "A plain rule"),
]


def reason(env, lifecycle: str, *, interval, silent, last, before) -> str:
    """A sentence on one customer that a salesperson can repeat.

    :param interval: the customer's own days between purchases, 0 when unknown
    :param silent: days since the last purchase
    :param last: day of the last purchase, as text
    :param before: day before which to make contact, as text; empty when there is none
    """
    if lifecycle == "potential":
        return env._("Has asked or been offered, but not bought yet.")
    said = {"silent": silent, "last": last, "before": before}
    if not interval:
        return _reason_of_one_purchase(env, lifecycle, said)
    return _reason_of_a_rhythm(env, lifecycle, {"interval": interval, **said})


def reason_of_returns(env, *, count: int, last: str) -> str:
    """The sentence on a customer who kept nothing: his rhythm is beside the point."""
    if count == 1:
        return env._("The only purchase, of %(last)s, came back.", last=last)
    return env._(
        "All %(count)s purchases came back, the last one of %(last)s.",
        count=count,
        last=last,
    )


def _reason_of_one_purchase(env, lifecycle: str, said: dict) -> str:
    if lifecycle == "lost":
        return env._(
            "Bought once, on %(last)s, and nothing for %(silent)s days: "
            "more likely gone than not.",
            **said,
        )
    if not said["before"]:
        return env._("Bought once, on %(last)s.", **said)
    return env._(
        "Bought once, on %(last)s; contact before %(before)s for a second purchase.",
        **said,
    )


def _reason_of_a_rhythm(env, lifecycle: str, said: dict) -> str:
    if lifecycle == "lost":
        return env._(
            "Bought every %(interval)s days, silent for %(silent)s: "
            "more likely gone than not.",
            **said,
        )
    if not said["before"]:
        return env._("Buys every %(interval)s days, last on %(last)s.", **said)
    if lifecycle == "won_back":
        return env._(
            "Came back after a long silence, last bought on %(last)s; "
            "contact before %(before)s.",
            **said,
        )
    if lifecycle == "at_risk":
        return env._(
            "Bought every %(interval)s days, silent for %(silent)s; "
            "contact before %(before)s.",
            **said,
        )
    return env._(
        "Buys every %(interval)s days, last on %(last)s; "
        "contact before %(before)s if nothing comes.",
        **said,
    )
