from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ecrm_case_clocks_mixin import OPEN

# what we do not trouble somebody with whose serious complaint is still open
NOT_NOW = ("marketing", "survey")


class ResPartner(models.Model):
    _inherit = "res.partner"

    ecrm_case_count = fields.Integer(
        "Cases",
        compute="_compute_ecrm_case_count",
        groups="crm_ecrm.group_voice_agent",
    )

    def _compute_ecrm_case_count(self):
        counts = dict(
            self.env["ecrm.case"]._read_group(
                Domain("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.ecrm_case_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_ecrm_cases(self):
        """What this customer and its contacts wanted from us."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_case_action"
        )
        domain = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        return action | {
            "domain": domain,
            "context": {"default_partner_id": self.id},
            "views": [(False, "list"), (False, "form")],
        }

    @api.model
    def _complaint_domain(self, purpose: str) -> Domain:
        """Nobody is sold anything, or surveyed, while his serious complaint is open."""
        if purpose not in NOT_NOW:
            return Domain.TRUE
        # sudo: asked by every sender, whoever may read cases
        complaints = self.env["ecrm.case"].sudo()
        waiting = complaints._search(
            Domain("kind", "=", "complaint")
            & Domain("severity", "=", "serious")
            & Domain("state", "in", OPEN)
            & Domain("commercial_partner_id", "!=", False)
        )
        customers = SQL.identifier(waiting.table, "commercial_partner_id")
        return Domain("commercial_partner_id", "not in", waiting.subselect(customers))
