from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_suite.tools.mark import Mark

# the evidence writes what it took over from its record
TAKEN = Mark("evidence_taken")
NOTE = "note"
LEAD = "crm.lead"
LONGEST_QUOTE = 4_000


class EcrmInsightEvidence(models.Model):
    """One thing that a customer said or did, or a note from sales, behind an insight.

    It keeps what it was called when it was added, and leads to it those who may see it.
    """

    _name = "ecrm.insight.evidence"
    _description = "Evidence of an Insight"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "id"
    _protected_fields = {"name", "commercial_partner_id"}

    insight_id = fields.Many2one(
        "ecrm.insight", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="insight_id.company_id", store=True, index=True
    )
    res_model = fields.Selection("_select_models", "Kind", required=True, default=NOTE)
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    name = fields.Char("What", readonly=True)
    quote = fields.Text(help="The customer's own words, or the note from sales")
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Company of the Customer",
        readonly=True,
        index="btree_not_null",
        help="For whom he spoke at that time",
    )

    _record_uniq = models.UniqueIndex(
        "(insight_id, res_model, res_id) WHERE res_id != 0",
        "It is among the evidence already.",
    )

    @api.model
    def _select_models(self):
        kinds = self.env["ecrm.entry"]._evidence_kinds()
        return [
            *kinds,
            (LEAD, self.env._("Opportunity")),
            (NOTE, self.env._("Note from Sales")),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for line in lines:
            line._take_over()
        return lines

    def write(self, vals):
        res = super().write(vals)
        named = {"res_model", "res_id", "partner_id"} & vals.keys()
        if named and not TAKEN.on(self):
            for line in self:
                line._take_over()
        return res

    def _take_over(self):
        """What it is called and whose it is, as whoever adds it may see.

        :raise ValidationError: there is no such record, or it is of another company
        :raise AccessError: the user may not see it
        """
        self.ensure_one()
        # Odoo does not check what a method lists
        if self.res_model not in dict(self._select_models()):
            raise ValidationError(self.env._("Choose the kind of evidence."))
        if self.res_model == NOTE:
            if self.res_id or not (self.quote or "").strip():
                raise ValidationError(self.env._("Write the note from sales."))
            values = {
                "name": self.env._("Note from Sales"),
                "commercial_partner_id": self.partner_id.commercial_partner_id.id,
            }
        else:
            record = self.env[self.res_model].browse(self.res_id or 0).exists()
            if not record:
                raise ValidationError(self.env._("Choose the record."))
            record.check_access("read")
            # sudo: to compare, and to keep whose it is
            known = record.sudo()
            if known.company_id and known.company_id != self.company_id:
                raise ValidationError(self.env._("It is of another company."))
            customer = known.partner_id
            said_for = (
                known["commercial_partner_id"]
                if "commercial_partner_id" in known._fields
                else customer.commercial_partner_id
            )
            values = {
                "name": record.display_name,
                "partner_id": customer.id,
                "commercial_partner_id": said_for.id,
            }
        if len(self.quote or "") > LONGEST_QUOTE:
            raise ValidationError(self.env._("The quote is too long."))
        # marked, since `write` asks this of what it writes
        TAKEN.put(self._as_system()).write(values)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last(self):
        """What is published stands on something."""
        # sudo: to count, not to show
        for insight in self.insight_id.sudo():
            left = insight.evidence_ids - self
            if insight.published_on and not left:
                raise UserError(
                    self.env._(
                        "“%s” is published: it keeps its last evidence.", insight.name
                    )
                )

    def action_open(self):
        self.ensure_one()
        self.check_access("read")
        if not self.res_id:
            raise UserError(self.env._("A note has no record of its own."))
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("The record is gone."))
        if not record.has_access("read"):
            raise AccessError(self.env._("You may not see this record."))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
