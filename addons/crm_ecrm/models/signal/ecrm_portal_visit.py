from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

KEPT_DAYS = 800


class EcrmPortalVisit(models.Model):
    """That a person was in the portal on a day: one row, whatever he looked at."""

    _name = "ecrm.portal.visit"
    _description = "Visit of the Portal"
    _inherit = "suite.customer.data.mixin"
    _order = "day desc, id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, index=True)

    _day_uniq = models.UniqueIndex(
        "(partner_id, company_id, day)", "One row for a person and day."
    )

    @api.model
    def _note(self, partner_id: int, company_id: int, day: date) -> None:
        """Any number of processes may do so at once."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ecrm_portal_visit (partner_id, company_id, day)
                     SELECT id, %(company)s, %(day)s FROM res_partner
                      WHERE id = %(partner)s
                ON CONFLICT DO NOTHING
                """,
                partner=partner_id,
                company=company_id,
                day=day,
            ),
            # to come second is no error
            log_exceptions=False,
        )

    @api.autovacuum
    def _gc_visits(self):
        """Nobody looks at what was longer ago."""
        last = fields.Date.today() - timedelta(days=KEPT_DAYS)
        self.search([("day", "<", last)], limit=100_000).unlink()

    @api.model
    def _merge_partners(self, sources, target):
        visits = self.search(Domain("partner_id", "in", (sources | target).ids))
        for same in visits.grouped(lambda one: (one.company_id, one.day)).values():
            kept = same.filtered(lambda one: one.partner_id == target)[:1] or same[:1]
            (same - kept).unlink()
            kept.partner_id = target
        self.flush_model()
