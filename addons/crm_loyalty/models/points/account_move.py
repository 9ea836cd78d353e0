from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_suite.tools.dates import written_day


class AccountMove(models.Model):
    """Credit notes take points back in proportion, and give spent ones back."""

    _inherit = "account.move"

    point_liability_id = fields.Many2one(
        "loyalty.point.liability",
        "Points Liability",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
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
            lines = refund.sudo().invoice_line_ids.sale_line_ids.filtered(
                lambda line: (
                    line.reward_id and line.coupon_id.program_id.is_payment_program
                )
            )
            for line in lines:
                card = line.coupon_id._account()
                day = line.order_id._last_day_of_payment(card)
                if card.program_id.keep_ledger and day and day < card._today():
                    raise UserError(
                        self.env._(
                            "%(document)s would give money back to %(card)s, which "
                            "expired on %(day)s: it would be lost. Take its line off "
                            "to pay that amount in money, or let the card last longer "
                            "first.",
                            document=refund.display_name,
                            card=card.display_name,
                            day=written_day(self.env, day),
                        )
                    )

    def _invoice_paid_hook(self):
        res = super()._invoice_paid_hook()
        self._rewarded_orders()._wake_vesting()
        return res

    def _rewarded_orders(self):
        """The orders behind these invoices that have moved points."""
        sales = self.filtered(lambda m: m.move_type in ("out_invoice", "out_refund"))
        if not self.env["loyalty.program"]._any_ledger():
            return self.env["sale.order"]
        # sudo: who posts invoices need not be a salesperson
        orders = sales.sudo().invoice_line_ids.sale_line_ids.order_id
        if not orders:
            return orders
        # sudo: nor read the ledger
        entries = self.env["loyalty.point.entry"].sudo()
        groups = entries._read_group([("order_id", "in", orders.ids)], ["order_id"])
        return orders.browse(order.id for (order,) in groups)

    def _update_points(self):
        orders = self._rewarded_orders()
        if not orders:
            return
        for move in self.filtered(lambda m: m.move_type == "out_refund"):
            (orders & move._rewarded_orders())._post_points(move, withdrawn=True)
        orders._post_points(withdrawn=True)
        orders._wake_vesting()
