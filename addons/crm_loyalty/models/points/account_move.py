from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.prefetch import SELDOM_READ


class AccountMove(models.Model):
    """Credit notes take points back in proportion, and give spent ones back."""

    _name = "account.move"
    _inherit = ["account.move", "suite.protected.mixin"]
    _protected_fields = {"point_liability_id", "points_decided_on"}

    point_liability_id = fields.Many2one(
        "loyalty.point.liability",
        "Points Liability",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    points_undecided = fields.Boolean(
        "Points to Be Decided",
        compute="_compute_points_undecided",
        search="_search_points_undecided",
        help="A credit note that names no sale, for somebody who earned points: nobody "
        "can tell which it should take.",
    )
    points_decided_on = fields.Date(readonly=True, copy=False, prefetch=SELDOM_READ)

    @api.depends("state", "move_type", "reversed_entry_id", "points_decided_on")
    def _compute_points_undecided(self):
        found = self.search(
            Domain("id", "in", self.ids) & Domain("points_undecided", "in", [True])
        )
        for move in self:
            move.points_undecided = move in found

    def _search_points_undecided(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._undecided_domain()
        return domain if True in value else ~domain

    @api.model
    def _undecided_domain(self) -> Domain:
        """Posted credit notes without a sale, since there is a ledger."""
        # sudo: who decides need not read every program
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        kept = programs.search([("keep_ledger", "=", True)])
        if not kept:
            return Domain.FALSE
        since = min(one.ledger_since or one.create_date for one in kept)
        self.env["loyalty.point.entry"].flush_model(["partner_id", "kind"])
        earners = SQL(
            "(SELECT partner_id FROM loyalty_point_entry"
            " WHERE kind = 'earn' AND partner_id IS NOT NULL)"
        )
        return (
            Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "posted")
            & Domain("reversed_entry_id", "=", False)
            & Domain("points_decided_on", "=", False)
            & Domain("create_date", ">=", since)
            & Domain("commercial_partner_id", "in", earners)
            & Domain("invoice_line_ids", "not any", self._of_sale_domain())
            & self.env["suite.trade"]._trades_domain()
        )

    @api.model
    def _of_sale_domain(self) -> Domain:
        """Hook: lines of invoices that name what was sold."""
        return Domain("sale_line_ids", "!=", False)

    def action_open_points(self):
        """The cards on which a manager may take points with *Update Balance*."""
        self.ensure_one()
        self.check_access("read")
        customers = Domain("partner_id", "child_of", self.commercial_partner_id.ids)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Points of %s", self.commercial_partner_id.name),
            "res_model": "loyalty.card",
            "view_mode": "list,form",
            "domain": list(customers & Domain("program_id.keep_ledger", "=", True)),
        }

    def action_decide_points(self):
        """Nothing is left to take for these; who says so stands in the chatter."""
        self.check_access("read")
        wizard = self.env["loyalty.card.update.balance"]
        if not (self.env.su or wizard._may_update_balance()):
            raise AccessError(self.env._("Only managers decide about points."))
        # sudo: who may update balances need not write invoices
        for move in self.sudo().filtered("points_undecided"):
            move.points_decided_on = move.company_id._today()
            move._message_log(
                body=self.env._("Points were decided on: no more are taken for this.")
            )

    def _check_cards_paid_back(self) -> None:
        """What a gift card or a wallet paid goes back to it, where it can be used.

        :raise UserError: before anything is posted, where it would be lost on a card
            that has expired
        """
        if not self.env["loyalty.program"]._any_ledger():
            return
        for refund in self.filtered(lambda move: move.move_type == "out_refund"):
            # sudo: who posts refunds need not read cards
            for line in refund.sudo()._lines_sold():
                if line.reward_id and line.coupon_id.program_id.is_payment_program:
                    line.order_id._check_paid_back(line.coupon_id, refund)

    def _lines_sold(self) -> list:
        """Hook: what was sold by these, as the documents of points know it."""
        return [*self.invoice_line_ids.sale_line_ids]

    def _invoice_paid_hook(self):
        res = super()._invoice_paid_hook()
        self._rewarded_orders()._wake_vesting()
        return res

    def _rewarded_orders(self):
        """The orders behind these invoices that have moved points, or have earned some
        that came back before they were posted."""
        sales = self.filtered(lambda m: m.move_type in ("out_invoice", "out_refund"))
        if not self.env["loyalty.program"]._any_ledger():
            return self.env["sale.order"]
        # sudo: who posts invoices need not be a salesperson
        orders = sales.sudo()._orders_sold()
        if not orders:
            return orders
        # sudo: nor read the ledger
        entries = self.env["loyalty.point.entry"].sudo()
        moved = entries._search([("order_id", "in", orders.ids)])
        return orders.search(
            Domain("id", "in", orders.ids)
            & (
                Domain("id", "in", moved.subselect("order_id"))
                | Domain("point_statement_ids", "!=", False)
            )
        )

    def _orders_sold(self):
        """Hook: the orders of which these invoice or credit goods."""
        return self.invoice_line_ids.sale_line_ids.order_id

    def _update_points(self):
        orders = self._rewarded_orders()
        if not orders:
            return
        for move in self.filtered(lambda m: m.move_type == "out_refund"):
            (orders & move._rewarded_orders())._post_points(move, withdrawn=True)
        orders._post_points(withdrawn=True)
        orders._wake_vesting()
