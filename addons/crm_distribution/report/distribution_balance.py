from odoo import fields, models
from odoo.tools import SQL


class DistributionBalance(models.Model):
    """Where each intermediary stands: one row by company, kind and currency."""

    _name = "distribution.balance"
    _description = "Commission and Rebate Balance"
    _auto = False
    _order = "due desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        readonly=True,
        context={"active_test": False},
    )
    kind = fields.Selection(
        [("commission", "Commission"), ("rebate", "Rebate")], readonly=True
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    projected = fields.Monetary(readonly=True, help="Of confirmed orders not invoiced.")
    earned = fields.Monetary(readonly=True, help="Less what will never be payable.")
    coming = fields.Monetary(readonly=True, help="Earned, and not payable yet.")
    due = fields.Monetary(
        readonly=True, help="Payable and on no statement. Below 0: owed to us."
    )
    on_statement = fields.Monetary("On Statements", readonly=True)
    settled = fields.Monetary(readonly=True, help="On bills and credit notes.")

    def action_open_accruals(self):
        """The entries that make it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "distribution.accrual",
            "view_mode": "list,pivot,graph,form",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("kind", "=", self.kind),
                ("currency_id", "=", self.currency_id.id),
            ],
        }

    @property
    def _table_query(self) -> SQL:
        self.env["distribution.accrual"].flush_model()
        return SQL(
            """
            SELECT min(id) AS id, company_id, partner_id, kind, currency_id,
                   sum(projected) AS projected,
                   sum(earned - closed) AS earned,
                   sum(earned - payable - closed) AS coming,
                   coalesce(sum(payable) FILTER (WHERE settlement_line_id IS NULL), 0)
                   AS due,
                   coalesce(sum(payable) FILTER (
                       WHERE settlement_line_id IS NOT NULL AND state <> 'settled'), 0)
                   AS on_statement,
                   coalesce(sum(payable) FILTER (WHERE state = 'settled'), 0) AS settled
              FROM distribution_accrual
             GROUP BY company_id, partner_id, kind, currency_id
            """
        )
