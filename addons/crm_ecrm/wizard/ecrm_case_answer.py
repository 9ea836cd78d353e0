from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.case.ecrm_case_shared_answer import THEN

LONGEST_TEXT = 20_000


class EcrmCaseAnswer(models.TransientModel):
    """An answer to the customer, and how the case goes on, in one save.

    Of a common cause the customers of all its open cases may be told at once.
    """

    _name = "ecrm.case.answer"
    _description = "Answer to a Customer"

    case_id = fields.Many2one("ecrm.case", required=True, ondelete="cascade")
    # as whoever chose the case may read it
    case_name = fields.Char(
        "Of Case", related="case_id.display_name", related_sudo=False
    )
    reply_id = fields.Many2one("ecrm.reply", "Begin With")
    text = fields.Text(
        "Answer", compute="_compute_text", store=True, readonly=False, required=True
    )
    then = fields.Selection(THEN, required=True, default="open")
    scope = fields.Selection(
        [
            ("case", "This customer"),
            ("both", "This customer, and all of the same cause"),
            ("children", "All of the same cause, not this customer"),
        ],
        "Who Reads It",
        required=True,
        default="case",
    )
    child_count = fields.Integer("Open Cases of This Cause", compute="_compute_preview")
    preview = fields.Char(compute="_compute_preview")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("reply_id")
    def _compute_text(self):
        for answer in self:
            answer.text = answer.reply_id.text or answer.text

    @api.depends("case_id", "scope")
    def _compute_preview(self):
        for answer in self:
            children = answer.case_id.browse()
            if answer.case_id:
                children = answer.case_id._open_children()
            answer.child_count = len(children)
            answer.preview = ""
            if answer.scope != "case":
                reached = [one._customer_address() for one in children]
                answer.preview = self.env._(
                    "%(cases)s open cases get it, each in its own thread, and "
                    "%(mails)s customers one mail each; %(unknown)s cases have no "
                    "address that mails go to. No customer learns of another.",
                    cases=len(children),
                    mails=len({*filter(None, reached)}),
                    unknown=reached.count(""),
                )

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
        if self.scope == "children":
            message = case._note_for_children(text, files)
        else:
            # sudo: what follows from an answer is written by the system
            message = case.sudo()._say(
                text, user=self.env.user, then=self.then, files=files
            )
        if self.scope != "case":
            case._answer_children(text, message, self.then)
        return {"type": "ir.actions.act_window_close"}
