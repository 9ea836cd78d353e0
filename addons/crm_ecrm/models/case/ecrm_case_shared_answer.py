from odoo import api, fields, models

from odoo.addons.crm_suite.tools.work import work_through

from .ecrm_case_clocks_mixin import OPEN

THEN = [
    ("open", "Go on working on it"),
    ("waiting", "Wait for the customer"),
    ("solved", "It is solved"),
]


class EcrmCaseSharedAnswer(models.Model):
    """What is said once for a common cause, on its way to one of the cases.

    Each case is answered in its own thread and transaction, once: one that fails holds
    up no other, and a job that was killed says nothing twice.
    """

    _name = "ecrm.case.shared.answer"
    _description = "Shared Answer on Its Way to a Case"
    _order = "id"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "ecrm.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    message_id = fields.Many2one(
        "mail.message",
        "Said In",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="As it stands at the common cause",
    )
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    then = fields.Selection(THEN, required=True, readonly=True)
    is_mailed = fields.Boolean(
        "By Mail",
        readonly=True,
        help="A customer with several of these cases gets one mail",
    )
    said_on = fields.Datetime("Decided", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("said", "Said"),
            ("left_out", "Ended in the Meantime"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )

    _case_uniq = models.UniqueIndex(
        "(message_id, case_id)", "Each case is answered once."
    )
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    @api.model
    def _cron_say(self):
        work_through(self, [("state", "=", "waiting")], lambda one: one._say())

    @api.model
    def _say_soon(self) -> None:
        # sudo: whoever answers may have the answer sent
        self.env.ref("crm_ecrm.cron_share_answers").sudo()._trigger()

    def _say(self) -> None:
        """
        :param self: in superuser mode
        """
        self.ensure_one()
        case = self.case_id
        if case.state not in OPEN:
            self.state = "left_out"
            return
        case._say_html(
            self.message_id.body,
            user=self.user_id,
            then=self.then,
            files=[(one.name, one.raw) for one in self.message_id.attachment_ids],
            at=max(self.said_on, case.opened_on),
            by_mail=self.is_mailed,
        )
        self.state = "said"
