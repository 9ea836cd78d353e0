"""What can be done about a customer who is leaving, in words that users read."""

KINDS = [
    ("call", "Call"),
    ("opportunity", "Opportunity"),
    ("email", "E-mail"),
    ("campaign", "Campaign"),
    ("not_now", "Not Now"),
]
REASONS = [
    ("in_touch", "We are in touch already"),
    ("no_need", "No need at present"),
    ("season", "Buys in another season"),
    ("refused", "Wants to be left alone"),
    ("closed", "Has closed down"),
    ("other", "Something else"),
]
# Days after which a customer who is still leaving comes back to the list.
BACK_AFTER = {"call": 14, "opportunity": 30, "email": 14, "campaign": 30, "not_now": 30}
MOST_DAYS = 1000


def what_was_done(env, kind: str, **facts) -> str:
    """:param facts: ``subject``, ``user``, ``day`` of it and ``until``, as text"""
    words = {
        "call": env._("Call by %(user)s, planned on %(day)s.", **facts),
        "opportunity": env._("Opportunity for %(user)s, since %(day)s.", **facts),
        "email": env._("E-mail “%(subject)s” of %(day)s.", **facts),
        # held back or not: that is the program's business
        "campaign": env._(
            "Proposed for the campaign “%(subject)s” on %(day)s.", **facts
        ),
        "not_now": env._("Not before %(until)s: %(subject)s.", **facts),
    }
    return words[kind]
