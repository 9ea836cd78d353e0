from odoo import api, fields, models
from odoo.exceptions import UserError

LONGEST_TEXT = 20_000


class EcrmCaseAnswer(models.TransientModel):
    """An answer to the customer, and how the case goes on, in one save."""

    _name = "ecrm.case.answer"
    _description = "Answer to a Customer"

    case_id = fields.Many2one("ecrm.case", required=True, ondelete="cascade")
    case_name = fields.Char("Of Case", related="case_id.display_name")
    reply_id = fields.Many2one("ecrm.reply", "Begin With")
    text = fields.Text(
        "Answer", compute="_compute_text", store=True, readonly=False, required=True
    )
    then = fields.Selection(
        [
            ("open", "Go on working on it"),
            ("waiting", "Wait for the customer"),
            ("solved", "It is solved"),
        ],
        required=True,
        default="open",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("reply_id")
    def _compute_text(self):
        for answer in self:
            answer.text = answer.reply_id.text or answer.text

    def action_send(self):
        self.ensure_one()
        self.check_access("read")
        case = self.case_id
        case.check_access("write")
        text = (self.text or "").strip()
        if not text or len(text) > LONGEST_TEXT:
            raise UserError(
                self.env._("Write an answer of up to %s characters.", LONGEST_TEXT)
            )
        files = [(one.name, one.raw) for one in self.attachment_ids]
        # sudo: what follows from an answer is written by the system
        case.sudo()._say(text, user=self.env.user, then=self.then, files=files)
        return {"type": "ir.actions.act_window_close"}
