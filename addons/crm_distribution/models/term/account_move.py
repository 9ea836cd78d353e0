from odoo import fields, models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "suite.protected.mixin"]
    _protected_fields = {"distribution_settlement_id"}

    distribution_settlement_id = fields.Many2one(
        "distribution.settlement",
        "Commission or Rebate Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The statement that it pays. It is no turnover and no return.",
    )

    def _pays_channel(self) -> bool:
        return super()._pays_channel() or bool(self.distribution_settlement_id)

    def _state_earnings(self) -> None:
        """What invoices earn, and what credit notes take back, line by line."""
        # sudo: entries are the system's, whoever posts
        self.env["distribution.accrual"].sudo()._follow_moves(self)

    def _free_statement_lines(self) -> None:
        """What stood on a bill that is no more waits for the next one."""
        # sudo: lines are the system's, whoever cancels
        lines = self.env["distribution.settlement.line"].sudo()
        lines.search([("move_id", "in", self.ids)])._free()
