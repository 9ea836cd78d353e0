"""Why each source usually counts so much: a judgement, said so that one can object."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

REASONS = {
    "order": _lt("Buying is the strongest sign; three in 90 days is once a month."),
    "visit": _lt("Comes by himself; six days in 90 is every second week."),
    "feedback": _lt("Takes the time to tell us; few are asked more than twice."),
    "idea": _lt("Thinks ahead with us; two in 90 days are rare."),
    "message": _lt("Talks with us; four in 90 days are more than one a month."),
    "case": _lt("Turns to us rather than away."),
    "meeting": _lt("Gives us an hour of his time."),
    "case_message": _lt("Keeps talking until it is solved."),
    "call": _lt("Talks with us; noted by hand and so often missing: it counts less."),
    "clicked": _lt("Reads on; it costs him little."),
    "opened": _lt("The weakest sign, since programs open mails as well."),
    "late": _lt("Does not pay what is due: trouble with us, or of his own."),
    "complaint": _lt("Bears a fault of ours until it is solved."),
    "refund": _lt("Got money back: sold, and not kept."),
    "return": _lt("Sent goods back: sold, and not kept."),
    "unanswered": _lt("Waits for us, which wears trust off."),
    "case_unanswered": _lt("Waits for us, which wears trust off."),
    "paid_late": _lt("Pays after the day, and yet pays."),
    "bounce": _lt("Does not get what we write."),
    "mailing_bounce": _lt("Does not get what we write."),
}
