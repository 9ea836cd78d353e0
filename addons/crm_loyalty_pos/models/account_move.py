from odoo import models
from odoo.fields import Domain


class AccountMove(models.Model):
    """A credit note made in Accounting takes the points of a till's sale back, too."""

    _inherit = "account.move"

    def _update_points(self):
        super()._update_points()
        sales = self._rewarded_till_sales()
        if not sales:
            return
        for move in self.filtered(lambda m: m.move_type == "out_refund"):
            (sales & move._rewarded_till_sales())._post_points(move, withdrawn=True)
        sales._post_points(withdrawn=True)

    def _lines_sold(self):
        lines = self.invoice_line_ids.pos_line_id
        # what a till has given back is paid already
        sold = lines.filtered(lambda line: not line.refunded_orderline_id)
        return [*super()._lines_sold(), *sold]

    def _orders_sold(self):
        lines = self.invoice_line_ids.pos_line_id
        return super()._orders_sold() | lines._settled_orders()

    def _of_sale_domain(self):
        return super()._of_sale_domain() | Domain("pos_line_id", "!=", False)

    def _rewarded_till_sales(self):
        """The sales at the till behind these invoices that have moved points."""
        invoices = self.filtered(lambda m: m.move_type in ("out_invoice", "out_refund"))
        if not self.env["loyalty.program"]._any_ledger():
            return self.env["pos.order"]
        # sudo: who posts invoices need not be a cashier
        sales = invoices.sudo().invoice_line_ids.pos_line_id.order_id
        if not sales:
            return sales
        # sudo: nor read the ledger
        entries = self.env["loyalty.point.entry"].sudo()
        groups = entries._read_group(
            [("pos_order_id", "in", sales.ids)], ["pos_order_id"]
        )
        return sales.browse(sale.id for (sale,) in groups)

    def _reconsider_tiers(self):
        res = super()._reconsider_tiers()
        programs = self.env["loyalty.tier.program"]
        for refund in self.filtered(lambda move: move.move_type == "out_refund"):
            company = refund.company_id
            if programs._published_ids(company.id):
                # sudo: who posts refunds need not be a cashier
                sales = refund.sudo().invoice_line_ids.pos_line_id.order_id
                if sales.partner_id:
                    programs._evaluate_customers(sales.partner_id, company)
        return res
