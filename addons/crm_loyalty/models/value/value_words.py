"""The words for what the numbers say: the same in every view."""

from odoo.tools import formatLang

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
    facts = {"silent": silent, "last": last, "before": before}
    if not interval:
        return _reason_of_one_purchase(env, lifecycle, facts)
    return _reason_of_a_rhythm(env, lifecycle, {"interval": interval, **facts})


def reason_of_returns(env, *, count: int, last: str) -> str:
    """The sentence on a customer who kept nothing: his rhythm is beside the point."""
    if count == 1:
        return env._("The only purchase, of %(last)s, came back.", last=last)
    return env._(
        "All %(count)s purchases came back, the last one of %(last)s.",
        count=count,
        last=last,
    )


def _reason_of_one_purchase(env, lifecycle: str, facts: dict) -> str:
    if lifecycle == "lost":
        return env._(
            "Bought once, on %(last)s, and nothing for %(silent)s days: "
            "more likely gone than not.",
            **facts,
        )
    if not facts["before"]:
        return env._("Bought once, on %(last)s.", **facts)
    return env._(
        "Bought once, on %(last)s; contact before %(before)s for a second purchase.",
        **facts,
    )


def _reason_of_a_rhythm(env, lifecycle: str, facts: dict) -> str:
    if lifecycle == "lost":
        return env._(
            "Bought every %(interval)s days, silent for %(silent)s: "
            "more likely gone than not.",
            **facts,
        )
    if not facts["before"]:
        return env._("Buys every %(interval)s days, last on %(last)s.", **facts)
    if lifecycle == "won_back":
        return env._(
            "Came back after a long silence, last bought on %(last)s; "
            "contact before %(before)s.",
            **facts,
        )
    if lifecycle == "at_risk":
        return env._(
            "Bought every %(interval)s days, silent for %(silent)s; "
            "contact before %(before)s.",
            **facts,
        )
    return env._(
        "Buys every %(interval)s days, last on %(last)s; "
        "contact before %(before)s if nothing comes.",
        **facts,
    )


def both_sides(env, factors: list[dict]) -> tuple[str, str]:
    """What speaks for staying and what for leaving, each as one phrase."""
    staying = [factor for factor in factors if factor["weight"] > 0]
    leaving = [factor for factor in factors if factor["weight"] < 0]
    return tuple(
        ", ".join(filter(None, (phrase(env, factor) for factor in side)))
        for side in (staying, leaving)
    )


def sentences(env, reason: str, staying: str, leaving: str) -> str:
    """The reason, with what the attributes say."""
    if staying and leaving:
        return env._(
            "%(reason)s For leaving speaks: %(leaving)s. For staying: %(staying)s.",
            reason=reason,
            leaving=leaving,
            staying=staying,
        )
    if leaving:
        return env._(
            "%(reason)s For leaving speaks: %(leaving)s.",
            reason=reason,
            leaving=leaving,
        )
    if staying:
        return env._(
            "%(reason)s For staying speaks: %(staying)s.",
            reason=reason,
            staying=staying,
        )
    return reason


def phrase(env, factor: dict) -> str:
    """One attribute of one customer, such as "pays 34 days late"."""
    name, value = factor["name"], factor["value"]
    if "label" in factor:
        return _level_phrase(env, name, _in_language(env, factor["label"]))
    words = NUMBERS.get(name)
    if words:
        return words(env, value)
    if own := env["crm.customer.signal"]._own_words(name, value):
        return own
    return env._(
        "%(attribute)s %(value)s",
        attribute=attribute_name(env, name),
        value=_number(env, value),
    )


def attribute_name(env, name: str) -> str:
    """What an attribute is called; names that add-ons forgot are made readable."""
    names = {
        "industry": env._("Industry"),
        "country": env._("Country of companies"),
        "source": env._("Source"),
        "salesperson": env._("Salesperson"),
        "contacts": env._("Number of contacts"),
        "payment_delay": env._("Payment delay"),
        "lost_quotations": env._("Lost quotations"),
        "returns": env._("Returns"),
        "margin_trend": env._("Trend of the margin"),
        "tenure": env._("Time as a customer"),
        "order_size": env._("Size of orders"),
    }
    names |= env["crm.customer.signal"]._own_names()
    return names.get(name) or name.replace("_", " ").capitalize()


def _level_phrase(env, name: str, label: str) -> str:
    if not label:
        return env._(
            "one of the rare groups of “%(attribute)s”",
            attribute=attribute_name(env, name),
        )
    if name == "industry":
        return env._("industry %(name)s", name=label)
    if name == "country":
        return env._("a company in %(name)s", name=label)
    if name == "source":
        return env._("came by %(name)s", name=label)
    if name == "salesperson":
        return env._("served by %(name)s", name=label)
    return env._(
        "%(attribute)s %(value)s", attribute=attribute_name(env, name), value=label
    )


def _contacts(env, value) -> str:
    if not value:
        return env._("no contact persons known")
    if round(value) == 1:
        return env._("one contact person")
    return env._("%(count)s contact persons", count=_number(env, value))


def _payment_delay(env, value) -> str:
    if round(value) < 1:
        return env._("pays on time")
    if round(value) == 1:
        return env._("pays one day late")
    return env._("pays %(days)s days late", days=_number(env, value))


def _lost_quotations(env, value) -> str:
    if not value:
        return env._("no lost quotations")
    if round(value) == 1:
        return env._("one lost quotation")
    if round(value) == 2:
        return env._("two lost quotations")
    return env._("%(count)s lost quotations", count=_number(env, value))


def _returns(env, value) -> str:
    if not value:
        return env._("returns nothing")
    return env._("returns %(share)s %% of purchases", share=_number(env, 100 * value))


def _margin_trend(env, value) -> str:
    points = _number(env, abs(100 * value))
    if value < 0:
        return env._("margin fell by %(points)s points", points=points)
    return env._("margin rose by %(points)s points", points=points)


def _tenure(env, value) -> str:
    months = round(12 * value)
    if months < 2:
        return env._("a customer since a month or less")
    if months < 24:
        return env._("customer for %(months)s months", months=_number(env, months))
    return env._("customer for %(years)s years", years=_number(env, value))


def _order_size(env, value) -> str:
    return env._("orders of about %(amount)s", amount=_number(env, value))


NUMBERS = {
    "contacts": _contacts,
    "payment_delay": _payment_delay,
    "lost_quotations": _lost_quotations,
    "returns": _returns,
    "margin_trend": _margin_trend,
    "tenure": _tenure,
    "order_size": _order_size,
}


def _in_language(env, label: dict[str, str]) -> str:
    return (
        label.get(env.lang or "")
        or label.get("en_US")
        or next(iter(label.values()), "")
    )


def _number(env, value: float) -> str:
    return formatLang(env, value, digits=0)
