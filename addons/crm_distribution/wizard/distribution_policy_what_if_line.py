from odoo import api, fields, models


class DistributionPolicyWhatIfLine(models.TransientModel):
    """An agreement whose promise would change."""

    _name = "distribution.policy.what.if.line"
    _description = "Agreement in a What-If"
    _order = "contradicts desc, day, id"

    what_if_id = fields.Many2one(
        "distribution.policy.what.if", required=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "distribution.agreement", required=True, ondelete="cascade"
    )
    day = fields.Date("From")
    before = fields.Char("Now")
    after = fields.Char("Then")
    contradicts = fields.Boolean(
        help="The agreement is exclusive, and the changed policy would not allow it."
    )
    lead_count = fields.Integer("Open Leads", compute="_compute_lead_count")

    @api.depends("agreement_id")
    def _compute_lead_count(self):
        leads = self.agreement_id._open_leads()
        for line in self:
            line.lead_count = len(leads.get(line.agreement_id.id, ()))

    def action_open_leads(self):
        self.ensure_one()
        self.check_access("read")
        leads = self.agreement_id._open_leads().get(self.agreement_id.id, ())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Leads"),
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "domain": [("id", "in", list(leads))],
        }
