from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmCustomerProgram(models.Model):
    """Enrolment that follows the offer's advice, and keeps what advice learns from.

    Who is left out is left out before the draw, so that both arms hold the same kind
    of customers. Who lacks evidence is enrolled: that is how evidence comes.
    """

    _inherit = "crm.customer.program"

    follow_advice = fields.Boolean(
        "Follow Offer Advice",
        help="Leave out customers who should not get the offer, or not yet.",
    )
    left_out_count = fields.Integer(
        "Left Out by Advice", compute="_compute_left_out_count"
    )

    @api.depends("follow_advice", "offer", "loyalty_program_id", "segment_id")
    def _compute_left_out_count(self):
        for program in self:
            program.left_out_count = 0
            if program._follows_advice() and not program.segment_id.problem:
                program.left_out_count = self.env["crm.offer.advice"].search_count(
                    program._left_out_domain()
                )

    def action_open_left_out(self):
        """Who is left out, each with the reason."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_offer_advice_action"
        )
        action["domain"] = [
            (
                "id",
                "in",
                self.env["crm.offer.advice"].search(self._left_out_domain()).ids,
            )
        ]
        return action

    def _follows_advice(self) -> bool:
        return bool(
            self.follow_advice
            and self.offer == "discount"
            and self.loyalty_program_id
            and self.segment_id
        )

    def _left_out_domain(self) -> Domain:
        """Advice against the offer on customers of the segment who are no members."""
        partners = self.env["res.partner"].with_company(self.company_id)
        members = SQL(
            "SELECT partner_id FROM crm_customer_program_member"
            " WHERE program_id = %s AND partner_id IS NOT NULL",
            self._origin.id or 0,
        )
        customers = self.segment_id._customers_domain() & ~partners._in_query(members)
        return self._advised_against_domain() & Domain(
            "partner_id", "in", partners._search(customers)
        )

    def _advised_against_domain(self) -> Domain:
        return (
            Domain("offer_id", "=", self.loyalty_program_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("verdict", "in", ["wait", "withhold"])
        )

    def _candidates_domain(self) -> Domain:
        domain = super()._candidates_domain()
        if not self._follows_advice():
            return domain
        against = self.env["crm.offer.advice"]._search(self._advised_against_domain())
        return domain & ~Domain(
            "id", "in", against.subselect(SQL.identifier("partner_id"))
        )

    def _note_enrolled(self, members):
        res = super()._note_enrolled(members)
        members._remember_before()
        return res
