from odoo.fields import Command

from .point_common import PointCommon


class StatementCommon(PointCommon):
    """Orders whose lines are credited one by one, under rules that change between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_product = cls._make_product("Oil", 50)
        cls.rule = cls.program.rule_ids
        cls.statements = cls.env["loyalty.point.statement"].sudo()

    @classmethod
    def _make_program(cls, **values):
        return super()._make_program(**{"keep_ledger": True, **values})

    @classmethod
    def _sell(cls, *lines, partner=None, **values):
        """A confirmed order of lines, each a price or values of its own."""
        order = cls._offer(*lines, partner=partner, **values)
        order.action_confirm()
        return order

    @classmethod
    def _offer(cls, *lines, partner=None, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "order_line": [Command.create(cls._line(line)) for line in lines],
                **values,
            }
        )
        order._update_programs_and_rewards()
        return order

    @classmethod
    def _line(cls, line):
        values = line if isinstance(line, dict) else {"price_unit": line}
        return {"product_id": cls.product.id, "product_uom_qty": 1, **values}

    @classmethod
    def _invoice(cls, order):
        invoice = order._create_invoices(final=True)
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, lines=None, post=True):
        """A credit note for all of an invoice, or for these lines of the order."""
        refund = invoice._reverse_moves()
        if lines is not None:
            for item in refund.invoice_line_ids:
                values = lines.get(item.sale_line_ids)
                if values is None:
                    item.unlink()
                else:
                    item.write(values)
        if post:
            refund.action_post()
        return refund

    def _points(self, partner=None, program=None):
        return self._card(partner, program).points

    def _night(self):
        lots = self.env["loyalty.point.lot"].sudo()
        lots._vest_on_event(lots.search(lots._event_domain()))
        lots._close_day(lots.search(lots._due_domain()))
