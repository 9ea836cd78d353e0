"""The words of tiers, for selections and sentences: the same in every view."""

MEASURES = [
    ("spend", "Spend, untaxed and net of refunds"),
    ("margin", "Margin, net of refunds"),
    ("points", "Points earned"),
]
REASONS = [
    ("qualified", "Qualified"),
    ("renewed", "Qualified Again"),
    ("grace", "Kept by Grace"),
    ("landed", "Soft Landing"),
    ("invited", "Invited"),
    ("resumed", "As Before"),
]
ENDINGS = [
    ("promoted", "Reached Another Tier"),
    ("renewed", "Kept for Another Period"),
    ("expired", "Period Over"),
    ("invited", "Invited to Another Tier"),
    ("withdrawn", "Purchases Returned"),
    ("merged", "Customers Merged"),
]
SERVICE_LEVELS = [
    ("priority", "Priority"),
    ("premium", "Premium"),
]
# As Odoo's deliveries name it.
DELIVERY_PRIORITIES = [("0", "Normal"), ("1", "Urgent")]
NATURES = [
    ("financial", "Financial"),
    ("social", "Social"),
    ("structural", "Structural"),
]
BENEFITS = {
    "payment_term": ("financial", "Payment Term"),
    "pricelist": ("financial", "Pricelist"),
    "point_factor": ("financial", "More Points"),
    "credit_limit": ("financial", "Credit Limit"),
    "contact": ("social", "Named Contact"),
    "event": ("social", "Event Invitation"),
    "birthday": ("social", "Birthday Gesture"),
    "anniversary": ("social", "Anniversary Gesture"),
    "community": ("social", "Community"),
    "delivery": ("structural", "Delivery Priority"),
    "service": ("structural", "Service Level"),
    "portal": ("structural", "Portal Function"),
    "integration": ("structural", "Integration"),
}
KINDS = [(kind, label) for kind, (_nature, label) in BENEFITS.items()]
# What other functions and systems ask for by its code.
CODED = ("portal", "integration")
GESTURES = ("event", "birthday", "anniversary")
COSTS = [
    ("member", "Fixed for each member and year"),
    ("revenue", "A share of what members buy"),
    ("points", "For each extra point, as given"),
    ("gesture", "For each gesture, as made"),
]


def explanation(env, reason: str, said: dict) -> str:
    """A sentence on why a customer has a tier, with the figures it came from.

    :param said: amount, threshold, first and last day of the period, last day of the
        tier; all as text
    """
    if reason == "qualified":
        return env._(
            "Reached with %(amount)s of %(threshold)s from %(start)s to %(end)s.",
            **said,
        )
    if reason == "renewed":
        return env._(
            "Kept with %(amount)s of %(threshold)s from %(start)s to %(end)s.", **said
        )
    if reason == "grace":
        return env._(
            "%(amount)s of %(threshold)s from %(start)s to %(end)s: time until "
            "%(until)s to make up for the rest.",
            **said,
        )
    if reason == "landed":
        return env._(
            "One tier below, after %(amount)s of %(threshold)s from %(start)s to "
            "%(end)s.",
            **said,
        )
    if reason == "invited":
        return env._("Invited until %(until)s.", **said)
    return env._("As before, when another tier was over.")


def end_explanation(env, ending: str, said: dict) -> str:
    """A sentence on why it ended, empty while it lasts."""
    if ending == "withdrawn":
        return env._(
            "Withdrawn: after returns only %(amount)s remained from %(start)s to "
            "%(end)s.",
            **said,
        )
    if ending == "expired" and said["start"]:
        return env._(
            "Over, with %(amount)s from %(start)s to %(end)s.",
            **said,
        )
    return ""
