from datetime import date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...statements import Size

PAID_STATES = ("paid", "in_payment", "reversed")


class SaleOrder(models.Model):
    """What points wait for: all that the customer keeps is delivered, invoiced, paid.

    A few columns tell it of most orders. Only where something was credited meanwhile
    is asked what is left of each line.
    """

    _inherit = "sale.order"

    @api.model
    def _happened_domain(self, event: str) -> Domain:
        """Of the orders whose points wait for the event, those it has happened to."""
        self.env["loyalty.point.lot"].flush_model()
        waiting = SQL(
            """
            SELECT order_id FROM loyalty_point_lot
             WHERE pending AND points > 0 AND available_on IS NULL
               AND vesting_event = %s AND order_id IS NOT NULL
            """,
            event,
        )
        reduced = self.search(
            Domain("id", "in", SQL("(%s)", waiting)) & self._reduced_domain()
        )
        left = reduced.order_line._pieces_to_come() if reduced else {}
        if event == "delivery":
            held = self._lines_held_back(reduced, left).order_id
            undelivered = self._undelivered_sql(waiting)
            happened = Domain(
                "id", "not in", SQL("(SELECT order_id FROM (%s) late)", undelivered)
            )
        else:
            held = self._lines_not_invoiced(reduced, left).order_id
            # all that was ordered is, whatever was delivered beyond it
            happened = Domain("invoice_status", "in", ("invoiced", "upselling"))
        happened |= Domain("id", "in", (reduced - held).ids)
        if event == "payment":
            unpaid = [
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "out_invoice"),
                ("move_id.payment_state", "not in", PAID_STATES),
            ]
            happened &= Domain(
                "order_line", "not any", [("invoice_lines", "any", unpaid)]
            )
        return Domain("state", "=", "sale") & happened

    @api.model
    def _reduced_domain(self) -> Domain:
        """Hook: orders of which the customer may keep less than was ordered."""
        credit = Domain("parent_state", "=", "posted") & (
            Domain("move_id.move_type", "=", "out_refund") | Domain("quantity", "<", 0)
        )
        return Domain("order_line", "any", [("invoice_lines", "any", credit)])

    @api.model
    def _lines_held_back(self, orders, left: dict):
        """Lines of which something that is kept is still to be delivered."""
        Line = self.env["sale.order.line"]
        if not orders:
            return Line
        rows = self.env.execute_query(
            self._undelivered_sql(SQL("SELECT unnest(%s::int[])", orders.ids))
        )
        lines = Line.browse(line for line, _order in rows)
        return lines.filtered(
            lambda line: line.product_uom_id.compare(line.qty_delivered, left[line]) < 0
        )

    @api.model
    def _lines_not_invoiced(self, orders, left: dict):
        """Lines of which something that is kept is still to be invoiced."""
        late = self.env["sale.order.line"]
        moved = orders.order_line._given_and_back()
        for line in orders.order_line:
            # of a combo its parts are waited for
            if line.product_uom_qty > 0 and not (
                line.display_type
                or line.is_downpayment
                or line.product_id.type == "combo"
            ):
                given, back = moved.get(line, (Size(), Size()))
                invoiced = given.pieces - back.pieces
                if line.product_uom_id.compare(invoiced, left[line]) < 0:
                    late |= line
        return late

    @api.model
    def _undelivered_sql(self, orders: SQL) -> SQL:
        """Which lines of these orders are not delivered in full, each with its order.

        An order with goods waits for its goods alone, one of services for these: what
        is shipped, taken off the price or written beside it is never delivered.

        :param orders: query of ids
        """
        Line = self.env["sale.order.line"]
        Line.flush_model()
        self.env["product.template"].flush_model(["type"])
        shipping = SQL()
        if "is_delivery" in Line._fields:
            shipping = SQL("AND line.is_delivery IS NOT TRUE")
        return SQL(
            """
            SELECT id, order_id
              FROM (SELECT line.id, line.order_id, template.type = 'consu' AS goods,
                           bool_or(template.type = 'consu') OVER (
                               PARTITION BY line.order_id) AS has_goods,
                           coalesce(line.qty_delivered, 0) < line.product_uom_qty
                               AS open
                      FROM sale_order_line line
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template
                        ON template.id = product.product_tmpl_id
                     WHERE line.order_id IN (%(orders)s)
                       AND line.display_type IS NULL AND line.reward_id IS NULL
                       AND line.is_downpayment IS NOT TRUE AND line.price_unit >= 0
                       AND template.type <> 'combo' %(shipping)s) waited_for
             WHERE open AND goods = has_goods
            """,
            orders=orders,
            shipping=shipping,
        )

    def _event_day(self, event: str) -> date | None:
        """Hook: the day where the company is on which it happened; none: today."""
        self.ensure_one()
        return None

    def _wake_vesting(self):
        """Something that points may wait for has happened to these."""
        if not (self and self.env["loyalty.program"]._any_ledger()):
            return
        # sudo: whoever delivers need not read the ledger
        lots = self.env["loyalty.point.lot"].sudo()
        if lots.search_count(
            [("order_id", "in", self.ids), ("pending", "=", True)], limit=1
        ):
            # sudo: and anybody's delivery or invoice may wake the scheduler
            self.env.ref("crm_loyalty.cron_close_points_day").sudo()._trigger()
