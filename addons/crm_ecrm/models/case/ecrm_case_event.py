from odoo import fields, models
from odoo.exceptions import AccessError

KINDS = [
    ("opened", "Opened"),
    ("customer", "Customer Wrote"),
    ("agent", "We Answered"),
    ("auto", "Automatic Message"),
    ("after", "Customer Wrote After the End"),
    ("waiting", "Waiting for the Customer"),
    ("resumed", "Taken Up Again"),
    ("promised", "Promise Changed"),
    ("carried", "Merged In"),
    ("warned", "Warned"),
    ("escalated", "Escalated"),
    ("solved", "Solved"),
    ("confirmed", "Confirmed"),
    ("closed", "Closed"),
    ("merged", "Merged"),
    ("reopened", "Reopened"),
]


class EcrmCaseEvent(models.Model):
    """What happened on a case, and when: its clocks are read from this alone."""

    _name = "ecrm.case.event"
    _description = "Event of a Case"
    _order = "at, id"
    _rec_name = "kind"

    case_id = fields.Many2one(
        "ecrm.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    episode_id = fields.Many2one(
        "ecrm.case.episode",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    medium = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True)
    message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null")
    promise = fields.Json(readonly=True, help="Minutes from now on, by kind of clock")
    carried = fields.Json(readonly=True, help="Earlier deadlines, by kind of clock")
    token = fields.Char(
        readonly=True, index="btree_not_null", groups="base.group_system"
    )

    _token_uniq = models.UniqueIndex(
        "(case_id, token) WHERE token IS NOT NULL", "What was sent twice, counts once."
    )

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("What happened on a case stays as it was noted."))
