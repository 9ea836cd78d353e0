"""What a person can agree to, and the words in which it is shown."""

from odoo.addons.crm_suite.models.res_partner import MEDIA

PURPOSES = [
    ("marketing", "Offers and News"),
    ("survey", "Questions about Our Service"),
    ("news", "News on My Ideas"),
]
# by what somebody can be reached who is not looking at the portal
REACHED_BY = [(medium, label) for medium, label in MEDIA if medium != "portal"]
STATES = [
    ("given", "Given"),
    ("withdrawn", "Withdrawn"),
]
SOURCES = [
    ("portal", "Customer Portal"),
    ("link", "Link in a Mail"),
    ("confirmed", "Confirmed by Mail"),
    ("staff", "Noted by Us"),
]
# what a person asked for himself is no disturbance, unless it rings
QUIET_ALWAYS = ("phone", "sms")
QUIET_MEDIA = ("email", *QUIET_ALWAYS)
ASKED_FOR = "service"


def choice(medium: str, purpose: str) -> str:
    """The name of a box on the page."""
    return f"{purpose}_{medium}"


def all_choices() -> list[tuple[str, str]]:
    return [(medium, purpose) for purpose, _ in PURPOSES for medium, _ in REACHED_BY]
