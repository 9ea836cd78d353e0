from odoo import fields, models
from odoo.tools import SQL


class CrmCustomerProgramMember(models.Model):
    """What was known of a member when his arm was drawn: later knowledge has seen the
    offer work, and would tell the arms apart by what they did."""

    _inherit = "crm.customer.program.member"

    alive_before = fields.Float("Alive at Enrolment", readonly=True, aggregator="avg")
    silent_before = fields.Integer(
        "Silent at Enrolment (Days)", readonly=True, aggregator="avg"
    )
    interval_before = fields.Float(
        "Days between Purchases at Enrolment", readonly=True, aggregator="avg"
    )
    purchases_before = fields.Integer("Purchases at Enrolment", readonly=True)
    usual_margin_before = fields.Monetary(
        "Margin per Purchase at Enrolment", readonly=True, aggregator="avg"
    )

    def _remember_before(self, program) -> None:
        """Keep it for these members of a program, in one statement."""
        values = self.env["crm.customer.value"]
        values.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_program_member member
                   SET alive_before = value.alive,
                       silent_before = %(cutoff)s::date - value.last_purchase,
                       interval_before = coalesce(value.mean_interval, 0),
                       purchases_before = value.purchase_count,
                       usual_margin_before = value.margin / value.purchase_count
                  FROM crm_customer_value value
                 WHERE member.id = ANY(%(members)s)
                   AND value.partner_id = member.partner_id
                   AND value.company_id = member.company_id
                   AND value.purchase_count > 0
                   AND (value.margin <> 0 OR value.revenue <= 0)
                """,
                cutoff=program.company_id._value_cutoff_date(),
                members=self.ids,
            )
        )
        self.invalidate_model()
