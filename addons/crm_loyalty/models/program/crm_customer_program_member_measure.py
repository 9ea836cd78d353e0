from odoo import fields, models
from odoo.tools import SQL


class CrmCustomerProgramMember(models.Model):
    """The outcome of members: read off orders and credit notes, written here."""

    _inherit = "crm.customer.program.member"

    def _measure(self) -> None:
        """One statement for all of these; measured twice, they are the same.

        Who succeeded is not touched any more.
        """
        if not self:
            return
        outcomes = self.env["crm.program.outcome"]._outcomes_sql(
            SQL("(SELECT unnest(%s))", list(self._ids))
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_program_member member
                   SET revenue = outcome.revenue,
                       margin = outcome.margin,
                       margin_before = outcome.margin_before,
                       succeeded_at = outcome.succeeded_at,
                       responded_at = outcome.responded_at,
                       success = (outcome.succeeded_at IS NOT NULL)::int,
                       state = CASE
                           WHEN member.state = 'stopped' THEN 'stopped'
                           WHEN outcome.responded_at IS NOT NULL THEN 'responded'
                           WHEN member.touched_at IS NOT NULL THEN 'touched'
                           WHEN outcome.succeeded_at IS NOT NULL THEN 'stopped'
                           ELSE 'enrolled'
                       END,
                       stop_reason = CASE
                           WHEN member.state = 'stopped' THEN member.stop_reason
                           WHEN member.touched_at IS NULL
                                AND outcome.responded_at IS NULL
                                AND outcome.succeeded_at IS NOT NULL THEN 'bought'
                       END,
                       next_touch_on = CASE WHEN outcome.succeeded_at IS NULL
                                            THEN member.next_touch_on END,
                       measured_on = %(today)s
                  FROM (%(outcomes)s) outcome
                 WHERE outcome.id = member.id
                """,
                outcomes=outcomes,
                today=fields.Date.today(),
            ),
            log_exceptions=False,
        )
        self.invalidate_model()
