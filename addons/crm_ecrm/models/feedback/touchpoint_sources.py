"""What customers are asked about: the event, when it was, whose it is."""

from typing import NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

METRICS = [
    ("nps", "NPS: would recommend us, 0–10"),
    ("csat", "CSAT: is satisfied, 1–5"),
    ("ces", "CES: it was easy, 1–7"),
]
QUESTIONS = {
    "nps": _lt("How likely are you to recommend us to a friend or colleague?"),
    "csat": _lt("How satisfied are you?"),
    "ces": _lt("How much do you agree: it was easy to get what I needed?"),
}
# scores at or below which somebody looks after the customer, until told otherwise
LOW = {"nps": 6, "csat": 2, "ces": 3}
TRIGGERS = [
    ("order", "Order Confirmed"),
    ("invoice", "Invoice Paid"),
    ("case", "Case Closed"),
    ("lost", "Opportunity Lost"),
    ("left", "Customer Lost"),
    ("meeting", "Meeting Held"),
    ("survey", "Survey Answered"),
]


class Source(NamedTuple):
    """A kind of event, as paths from its record."""

    model: str
    happened: str
    partner: str
    agent: str
    company: str
    # what must still hold when somebody is asked
    base: tuple
    # the record that people open
    record: str = ""
    # without a company of its own it is the touchpoint's
    shared: bool = False


SOURCES = {
    "order": Source(
        "sale.order",
        "date_order",
        "partner_id",
        "user_id",
        "company_id",
        (("state", "=", "sale"),),
    ),
    "invoice": Source(
        "account.move",
        "line_ids.matched_credit_ids.create_date",
        "partner_id",
        "invoice_user_id",
        "company_id",
        (
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "in", ("in_payment", "paid")),
        ),
    ),
    # reopened and closed again, a case is asked about anew
    "case": Source(
        "ecrm.case.episode",
        "ended_on",
        "case_id.partner_id",
        "user_id",
        "company_id",
        (("case_id.state", "in", ("closed", "merged")),),
        record="case_id",
    ),
    "lost": Source(
        "crm.lead",
        "date_closed",
        "partner_id",
        "user_id",
        "company_id",
        (("won_status", "=", "lost"), ("type", "=", "opportunity")),
        shared=True,
    ),
    # whom we reached by phone is asked no second time
    "left": Source(
        "ecrm.departure",
        "left_on",
        "partner_id",
        "user_id",
        "company_id",
        (("interviewed_on", "=", False),),
    ),
    "meeting": Source(
        "calendar.attendee",
        "event_id.stop",
        "partner_id",
        "event_id.user_id",
        "event_id.opportunity_id.company_id",
        (
            ("event_id.opportunity_id", "!=", False),
            ("event_id.active", "=", True),
            ("state", "!=", "declined"),
            ("partner_id.partner_share", "=", True),
        ),
        record="event_id",
        shared=True,
    ),
}
