from odoo import api, models


class AccountMove(models.Model):
    """A refund has the customer's tiers judged again (``tiers/judge.py`` says what it
    takes back); a tier may lift the credit limit, and an invoice without an order has
    the customer's longer term, as orders have.
    """

    _inherit = "account.move"

    @api.depends("partner_id")
    def _compute_invoice_payment_term_id(self):
        res = super()._compute_invoice_payment_term_id()
        sales = self.filtered(lambda move: move.move_type == "out_invoice")
        self.env["account.payment.term"]._grant_longer(sales, "invoice_payment_term_id")
        return res

    def _reconsider_tiers(self):
        programs = self.env["loyalty.tier.program"]
        for refund in self.filtered(lambda move: move.move_type == "out_refund"):
            if programs._published_ids(refund.company_id.id):
                # sudo: who posts refunds need not be a salesperson
                orders = refund.sudo().invoice_line_ids.sale_line_ids.order_id
                orders._evaluate_tiers()

    def _build_credit_warning_message(self, record, *args, **kwargs):
        """No warning up to the limit of the customer's tier, if that is higher."""
        warning = super()._build_credit_warning_message(record, *args, **kwargs)
        if not warning:
            return warning
        customer = record.partner_id.commercial_partner_id
        granted = customer._tier_benefits("credit_limit", record.company_id)
        limit = granted[customer].credit_limit if granted else 0
        if limit <= customer.credit_limit:
            return warning
        return warning if self._credit_used(record, *args, **kwargs) > limit else ""

    def _credit_used(
        self, record, current_amount=0.0, exclude_current=False, exclude_amount=0.0
    ) -> float:
        """What Odoo compares with the limit."""
        customer = record.partner_id.commercial_partner_id
        to_invoice = customer.credit_to_invoice - exclude_amount
        return customer.credit + to_invoice + current_amount
