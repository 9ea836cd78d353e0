from odoo import api, fields, models
from odoo.tools import SQL


class CrmPurchaseImportQuestion(models.Model):
    """One answer that a question about a file may have, to be chosen by one click.

    The rows of one question stand together, and the first of them asks it. The check
    writes them; what was chosen the import keeps.
    """

    _name = "crm.purchase.import.question"
    _description = "Question about a Purchase File"
    _inherit = ["suite.number.mixin"]
    _order = "import_id desc, id"
    _rec_name = "label"
    _log_access = False

    import_id = fields.Many2one(
        "crm.purchase.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    asked = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    # texts, which a list shows whole
    question = fields.Text(readonly=True)
    label = fields.Char("Answer", required=True, readonly=True)
    example = fields.Text("What It Makes of the File", readonly=True)
    is_proposed = fields.Boolean("Likely", readonly=True)
    is_chosen = fields.Boolean("Chosen", compute="_compute_is_chosen")

    @api.depends("import_id.answers")
    def _compute_is_chosen(self):
        for choice in self:
            answers = choice.import_id.answers or {}
            choice.is_chosen = answers.get(choice.asked) == choice.key

    @api.model
    def _delete_of(self, sources):
        self.env.execute_query(
            SQL(
                "DELETE FROM crm_purchase_import_question "
                "WHERE import_id IN %(ids)s RETURNING id",
                ids=tuple(sources.ids) or (0,),
            )
        )
        self.invalidate_model()
        sources.invalidate_recordset(["question_ids"])

    def action_choose(self):
        """Answer so."""
        self.ensure_one()
        self.check_access("read")
        self.import_id._answer(self.asked, self.key)
