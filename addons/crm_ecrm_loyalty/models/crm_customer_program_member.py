from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmCustomerProgramMember(models.Model):
    """Whoever complained since being enrolled is left alone, however he did."""

    _inherit = "crm.customer.program.member"

    @api.model
    def _complained_domain(self):
        """One notion of it: a rating, a low score, a serious complaint."""
        self.env["ecrm.case"].flush_model(
            ["commercial_partner_id", "kind", "severity", "opened_on"]
        )
        self.env["ecrm.feedback"].flush_model(
            ["commercial_partner_id", "is_low", "answered_on"]
        )
        self.flush_model(["partner_id", "enrolled_at"])
        complained = SQL(
            """(
                SELECT member.id
                  FROM (SELECT commercial_partner_id, opened_on AS said_on
                          FROM ecrm_case
                         WHERE kind = 'complaint' AND severity = 'serious'
                         UNION ALL
                        SELECT commercial_partner_id, answered_on
                          FROM ecrm_feedback
                         WHERE is_low AND answered_on IS NOT NULL) said
                  JOIN crm_customer_program_member member
                    ON member.partner_id = said.commercial_partner_id
                   AND member.enrolled_at <= said.said_on
            )"""
        )
        return super()._complained_domain() | Domain("id", "in", complained)
