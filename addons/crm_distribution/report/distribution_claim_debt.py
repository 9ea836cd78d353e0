from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL


class DistributionClaimDebt(models.Model):
    """What each intermediary owes of claims that paid too much, and since when.

    One row by company and intermediary with something open, named by its first entry.
    Below zero it is owed: more was deducted than was paid too much.
    """

    _name = "distribution.claim.debt"
    _description = "Owed from Claims"
    _auto = False
    _order = "opened_on, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        readonly=True,
        context={"active_test": False},
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        "Owed to Us", readonly=True, help="Below zero: too much was deducted."
    )
    opened_on = fields.Date(
        "Open Since", readonly=True, help="The first day of what is open now."
    )
    age = fields.Integer("Days Open", compute="_compute_age")

    @api.depends("opened_on", "company_id")
    def _compute_age(self):
        for debt in self:
            today = debt.company_id._today()
            debt.age = (today - debt.opened_on).days if debt.opened_on else 0

    def action_open_entries(self):
        """What it is made of."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_distribution.distribution_claim_correction_action"
        )
        return action | {
            "name": self.partner_id.display_name,
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
            ],
            "context": {},
        }

    def action_write_off(self):
        """Ask why, then write it off."""
        self.env["distribution.claim"]._require_manager()
        self._entries().check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write Off"),
            "res_model": "distribution.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_decision": "write_off",
                "default_correction_ids": [Command.set(self.ids)],
            },
        }

    def action_bill(self):
        """Draft an invoice for each, once."""
        bills = self._entries()._bill()
        return bills._get_records_action() if bills else None

    def _entries(self):
        """The first entry of each: it stays, also where nothing is open any more."""
        return self.env["distribution.claim.correction"].browse(self.ids)

    @property
    def _table_query(self) -> SQL:
        self.env["distribution.claim.correction"].flush_model()
        # open since the sum last was nothing, or on the other side of it
        return SQL(
            """
            SELECT min(id) AS id, company_id, partner_id, total AS amount,
                   min(day) FILTER (WHERE id > coalesce(settled_id, 0)) AS opened_on
              FROM (
                SELECT *, max(id) FILTER (WHERE sign(balance) <> sign(total))
                          OVER (PARTITION BY company_id, partner_id) AS settled_id
                  FROM (
                    SELECT id, company_id, partner_id, day,
                           sum(amount) OVER (whose ORDER BY id) AS balance,
                           sum(amount) OVER whose AS total
                      FROM distribution_claim_correction
                    WINDOW whose AS (PARTITION BY company_id, partner_id)
                  ) entry
              ) entry
             WHERE total <> 0
             GROUP BY company_id, partner_id, total
            """
        )
