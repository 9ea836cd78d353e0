from odoo import api, models

from .points.sale_order_statement import JUST_STATED


class SaleOrder(models.Model):
    """What happens to an order: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``points``, ``tier``, ``program``.
    """

    _inherit = "sale.order"

    def write(self, vals):
        if "partner_id" in vals and self._has_ledgers():
            self._leave_cards_behind(self.env["res.partner"].browse(vals["partner_id"]))
        return super().write(vals)

    def _action_confirm(self):
        ledgers = self._has_ledgers()
        if ledgers:
            self._open_cards()
        res = super()._action_confirm()
        if ledgers:
            # points count before mails tell the balance, and before tiers count points
            stated = self._state_points(confirmed=True)
            JUST_STATED.put(self, stated)._post_points()
        self._evaluate_tiers()
        return res

    def _action_cancel(self):
        sold = self.filtered(lambda order: order.state == "sale")
        cards = self.env["loyalty.card"]
        if self._has_ledgers():
            # first the points, while it is known where they came from
            posted = sold._post_points(cancelled=True)
            # a customer's card that has a past stays
            kept = posted.filtered("program_id.is_nominative")
            sold._withdraw_statements()
            cards = self._forget_promised_points() - kept
            sold._forget_what_was_asked()
        res = super()._action_cancel()
        if cards:
            cards._drop_unused()
        sold._evaluate_tiers()
        return res

    def _update_programs_and_rewards(self):
        if not self._has_ledgers():
            return super()._update_programs_and_rewards()
        self._follow_point_factor()
        # sudo: quotations open and drop cards for whoever may not
        before = self.sudo().coupon_point_ids.coupon_id.filtered("provisional")
        order = self._prepare_cards()
        res = super(SaleOrder, order)._update_programs_and_rewards()
        self._settle_cards(before)
        return res

    def _program_check_compute_points(self, programs):
        """In a ledger money earns in the program's currency, not in the order's."""
        if not self._has_ledgers():
            return super()._program_check_compute_points(programs)
        statuses = {}
        for order, group in self._by_point_currency(programs):
            for asked, some in order._by_ledger_rules(group):
                statuses |= super(SaleOrder, asked)._program_check_compute_points(some)
        return self._apply_point_factor(statuses)

    def _has_ledgers(self) -> bool:
        """Whether any program keeps, or has kept, a ledger: else Odoo needs nothing."""
        return self.env["loyalty.program"]._any_ledger()

    @api.depends("partner_id")
    def _compute_payment_term_id(self):
        res = super()._compute_payment_term_id()
        self._apply_offered_term()
        # a tier's term counts where it gives more time than any other
        self._apply_tier_term()
        return res
