"""The words of tiers, for selections and sentences: the same in every view."""

from odoo.addons.crm_suite.tools.dates import written_day

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


def explanation(env, reason: str, figures: dict) -> str:
    """A sentence on why a customer has a tier, with the figures it came from.

    :param figures: amount, threshold, first and last day of the period, last day of the
        tier; all as text
    """
    if reason == "qualified":
        return env._(
            "Reached with %(amount)s of %(threshold)s from %(start)s to %(end)s.",
            **figures,
        )
    if reason == "renewed":
        return env._(
            "Kept with %(amount)s of %(threshold)s from %(start)s to %(end)s.",
            **figures,
        )
    if reason == "grace":
        return env._(
            "%(amount)s of %(threshold)s from %(start)s to %(end)s: time until "
            "%(until)s to make up for the rest.",
            **figures,
        )
    if reason == "landed":
        return env._(
            "One tier below, after %(amount)s of %(threshold)s from %(start)s to "
            "%(end)s.",
            **figures,
        )
    if reason == "invited":
        return env._("Invited until %(until)s.", **figures)
    return env._("As before, when another tier was over.")


def end_explanation(env, ending: str, figures: dict) -> str:
    """A sentence on why it ended, empty while it lasts."""
    if ending == "withdrawn":
        return env._(
            "Withdrawn: after returns only %(amount)s remained from %(start)s to "
            "%(end)s.",
            **figures,
        )
    if ending == "expired" and figures["start"]:
        return env._(
            "Over, with %(amount)s from %(start)s to %(end)s.",
            **figures,
        )
    return ""


def progress_sentences(env, progress, reason: str) -> list[str]:
    """What a member is told of a program: what he has, and what is missing."""
    sentences = []
    if progress.tier:
        figures = {
            "tier": progress.tier.name,
            "day": written_day(env, progress.last_day),
        }
        if reason == "grace":
            text = env._("You keep %(tier)s by grace until %(day)s.", **figures)
        elif reason == "invited":
            text = env._("You are invited to %(tier)s until %(day)s.", **figures)
        else:
            figures["day"] = written_day(env, progress.kept_until)
            text = env._("You keep %(tier)s until %(day)s.", **figures)
        sentences.append(text)
    if progress.missing_to_keep and progress.keep_by:
        sentences.append(
            env._(
                "%(amount)s more by %(day)s to keep %(tier)s for longer.",
                amount=progress.program._format_amount(progress.missing_to_keep),
                day=written_day(env, progress.keep_by),
                tier=progress.tier.name,
            )
        )
    if progress.next_tier and progress.missing:
        sentences.append(
            env._(
                "%(amount)s more by %(day)s for %(tier)s.",
                amount=progress.program._format_amount(progress.missing),
                day=written_day(env, progress.reach_by),
                tier=progress.next_tier.name,
            )
        )
    return sentences
