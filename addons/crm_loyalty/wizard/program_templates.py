"""The four ready templates: whom, and what to say."""

from markupsafe import Markup

from odoo.fields import Command

DUE_THIS_WEEK = (
    "[('customer_contact_before', '>=', 'today'),"
    " ('customer_contact_before', '<=', 'today +7d')]"
)


def template(env, kind: str) -> dict:
    """What a new program of a kind begins with, in the user's language."""
    words = {
        "acquisition": {
            "name": env._("Win new customers"),
            "audience_name": env._("Leads of the last 90 days"),
            "explanation": env._(
                "Turn leads and contacts without a purchase into customers. Measured "
                "by the cost of a new customer."
            ),
            "medium": "email",
            "subject": env._("May we help you choose?"),
            "message": env._(
                "You asked about our products a while ago. May we answer your "
                "questions, or make you an offer? Just reply to this message."
            ),
            "script": env._(
                "Ask what is still open, and what would make the first order easy."
            ),
        },
        "retention": {
            "name": env._("Keep A customers due this week"),
            "audience_name": env._("A customers due this week"),
            "explanation": env._(
                "Contact good customers before they fall silent: those of class A who "
                "are to be contacted within a week. Measured by how many buy again, "
                "and what."
            ),
            "medium": "email",
            "subject": env._("How are you getting on?"),
            "message": env._(
                "You usually order about now. Is there anything we can do for you? "
                "Just reply to this message."
            ),
            "script": env._(
                "Ask how things are going and whether anything went wrong. Do not sell."
            ),
        },
        "win_back": {
            "name": env._("Win lost customers back"),
            "audience_name": env._("Lost customers of class A to C"),
            "explanation": env._(
                "Bring back customers who have stopped buying. Measured by the save "
                "rate: how many buy again."
            ),
            "medium": "call",
            "subject": env._("We miss you"),
            "message": env._(
                "It has been a while since your last order. We should like to know "
                "what we could do better, and to welcome you back."
            ),
            "script": env._(
                "Ask why they left, listen, and offer to put it right. Then the offer."
            ),
        },
        "cross_sell": {
            "name": env._("Sell more to customers"),
            "audience_name": env._("Bought one, does not own the other"),
            "explanation": env._(
                "Offer customers what goes with what they own. Measured by the attach "
                "rate: how many buy it."
            ),
            "medium": "email",
            "subject": env._("What goes well with it"),
            "message": env._(
                "There is something that goes well with what you bought from us. May "
                "we show it to you?"
            ),
            "script": env._("Ask how they use it, then show what goes with it."),
        },
    }[kind]
    for name in ("message", "script"):
        words[name] = Markup("<p>%s</p>") % words[name]
    return words


def segment_values(kind: str, name: str, company, bought: list, target: list) -> dict:
    """The segment that a template is for."""
    values = {"name": name, "company_id": company.id}
    if kind == "retention":
        return {**values, "class_a": True, "domain": DUE_THIS_WEEK}
    if kind == "win_back":
        return {
            **values,
            **{"class_a": True, "class_b": True, "class_c": True},
            "lifecycle_lost": True,
        }
    return {
        **values,
        "purchase_ids": [
            Command.create({"condition": "bought", "product_ids": bought}),
            Command.create({"condition": "not_bought", "product_ids": target}),
        ],
    }
