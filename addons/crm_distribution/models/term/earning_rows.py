"""Lines of documents as the terms see them, read at once for all."""

from datetime import date
from typing import NamedTuple

from odoo.tools import SQL

from ...channel.earning import kept

SALES = ("out_invoice", "out_refund")


class Line(NamedTuple):
    """A line of an invoice, credit note or order; what comes back is below nothing."""

    id: int
    document: int
    type: str
    is_active: bool
    day: date
    currency: int
    buyer: int
    territory: str
    product: int
    template: int
    category: str
    quantity: float
    # without tax, after the discounts of its document
    amount: float
    # the same in the currency of the company
    balance: float
    # what the pieces cost when they were sold, in the currency of the company
    cost: float | None
    order: int
    order_line: int
    # the invoice that a credit note names
    origin: int
    # of an order's line: the part that is kept, and the part not invoiced yet
    kept: tuple[float, float] = (1.0, 1.0)
    open: tuple[float, float] = (0.0, 0.0)


def invoice_lines_sql(condition: SQL) -> SQL:
    """
    :param condition: on `move`
    """
    return SQL(
        """
        SELECT line.id, move.id AS move_id, move.move_type,
               move.state = 'posted' AND move.distribution_settlement_id IS NULL
               AND move.distribution_claim_id IS NULL
               AND move.distribution_correction_id IS NULL,
               coalesce(move.invoice_date, move.date),
               line.currency_id, coalesce(move.commercial_partner_id, 0),
               coalesce(move.distribution_territory_path, ''),
               coalesce(line.product_id, 0), coalesce(product.product_tmpl_id, 0),
               coalesce(category.parent_path, ''),
               sign.sign * line.quantity * coalesce(unit.factor, 1)
               / coalesce(nullif(own_unit.factor, 0), 1),
               sign.sign * line.price_subtotal, -line.balance,
               sold.purchase_price / coalesce(nullif(sale_unit.factor, 0), 1)
               * coalesce(own_unit.factor, 1)
               / coalesce(nullif(sale.currency_rate, 0), 1),
               coalesce(sold.order_id, 0), coalesce(sold.id, 0),
               coalesce(move.reversed_entry_id, 0),
               coalesce(template.distribution_exempt, FALSE),
               line.price_unit < 0
          FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
          JOIN LATERAL (
              SELECT CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END AS sign
          ) sign ON TRUE
          LEFT JOIN product_product product ON product.id = line.product_id
          LEFT JOIN product_template template ON template.id = product.product_tmpl_id
          LEFT JOIN product_category category ON category.id = template.categ_id
          LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
          LEFT JOIN uom_uom own_unit ON own_unit.id = template.uom_id
          LEFT JOIN LATERAL (
              SELECT min(link.order_line_id) AS order_line_id
                FROM sale_order_line_invoice_rel link
               WHERE link.invoice_line_id = line.id
          ) link ON TRUE
          LEFT JOIN sale_order_line sold ON sold.id = link.order_line_id
          LEFT JOIN uom_uom sale_unit ON sale_unit.id = sold.product_uom_id
          LEFT JOIN sale_order sale ON sale.id = sold.order_id
         WHERE line.display_type = 'product'
           AND move.move_type IN ('out_invoice', 'out_refund')
           AND NOT coalesce(sold.is_downpayment, FALSE)
           AND %s
         ORDER BY move.id, line.id
        """,
        condition,
    )


def order_lines_sql(orders: list[int], zone: str) -> SQL:
    return SQL(
        """
        SELECT line.id, sale.id AS order_id, 'order', sale.state = 'sale',
               (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
               sale.currency_id, coalesce(buyer.commercial_partner_id, 0), '',
               coalesce(line.product_id, 0), coalesce(product.product_tmpl_id, 0),
               coalesce(category.parent_path, ''),
               line.product_uom_qty * coalesce(unit.factor, 1)
               / coalesce(nullif(own_unit.factor, 0), 1),
               line.price_subtotal,
               line.price_subtotal / coalesce(nullif(sale.currency_rate, 0), 1),
               line.purchase_price / coalesce(nullif(unit.factor, 0), 1)
               * coalesce(own_unit.factor, 1)
               / coalesce(nullif(sale.currency_rate, 0), 1),
               sale.id, line.id, 0,
               coalesce(template.distribution_exempt, FALSE),
               line.price_unit < 0,
               coalesce(moved.given_money, 0), coalesce(moved.back_money, 0),
               coalesce(moved.given_pieces, 0), coalesce(moved.back_pieces, 0)
          FROM sale_order sale
          JOIN sale_order_line line ON line.order_id = sale.id
          JOIN res_partner buyer ON buyer.id = sale.partner_id
          LEFT JOIN product_product product ON product.id = line.product_id
          LEFT JOIN product_template template ON template.id = product.product_tmpl_id
          LEFT JOIN product_category category ON category.id = template.categ_id
          LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
          LEFT JOIN uom_uom own_unit ON own_unit.id = template.uom_id
          LEFT JOIN LATERAL (
              SELECT sum(item.money) FILTER (WHERE item.money > 0) AS given_money,
                     -sum(item.money) FILTER (WHERE item.money < 0) AS back_money,
                     sum(item.pieces) FILTER (WHERE item.pieces > 0) AS given_pieces,
                     -sum(item.pieces) FILTER (WHERE item.pieces < 0) AS back_pieces
                FROM (
                    SELECT sign.sign * invoiced.price_subtotal AS money,
                           sign.sign * invoiced.quantity * coalesce(own.factor, 1)
                           / coalesce(nullif(own_unit.factor, 0), 1) AS pieces
                      FROM sale_order_line_invoice_rel link
                      JOIN account_move_line invoiced
                        ON invoiced.id = link.invoice_line_id
                      JOIN account_move move ON move.id = invoiced.move_id
                      JOIN LATERAL (
                          SELECT CASE WHEN move.move_type = 'out_refund'
                                      THEN -1 ELSE 1 END AS sign
                      ) sign ON TRUE
                      LEFT JOIN uom_uom own ON own.id = invoiced.product_uom_id
                     WHERE link.order_line_id = line.id
                       AND move.state = 'posted'
                       AND move.move_type IN ('out_invoice', 'out_refund')
                ) item
          ) moved ON TRUE
         WHERE line.display_type IS NULL
           AND NOT coalesce(line.is_downpayment, FALSE)
           AND sale.id = ANY(%(orders)s)
         ORDER BY sale.id, line.id
        """,
        orders=orders,
        zone=zone,
    )


def sellout_lines_sql(reports: list[int]) -> SQL:
    """What they brought, and what they replaced; to consumers alone."""
    return SQL(
        """
        SELECT line.id, line.report_id, 'sellout', line.state = 'accepted', line.day,
               line.currency_id, line.partner_id, '',
               line.product_id, product.product_tmpl_id,
               coalesce(category.parent_path, ''),
               line.quantity, coalesce(line.amount, 0),
               coalesce(line.company_amount, 0), NULL::numeric, 0, 0, 0,
               coalesce(template.distribution_exempt, FALSE), FALSE
          FROM distribution_sellout_line line
          JOIN product_product product ON product.id = line.product_id
          JOIN product_template template ON template.id = product.product_tmpl_id
          LEFT JOIN product_category category ON category.id = template.categ_id
         WHERE (line.report_id = ANY(%(reports)s)
                OR line.replaced_by_id = ANY(%(reports)s))
           AND line.type IN ('sale', 'return') AND line.customer_id IS NULL
         ORDER BY line.id
        """,
        reports=reports,
    )


def net_lines(rows: list[tuple]) -> list[Line]:
    """Goods that count, less their part of the discounts of their document.

    Discounts are shared over all goods of it, by their money, also over those that do
    not count themselves.
    """
    goods: dict[int, float] = {}
    off: dict[int, float] = {}
    for row in rows:
        document, amount, is_discount = row[1], row[12], row[19]
        side = off if is_discount else goods
        side[document] = side.get(document, 0.0) + amount
    lines = []
    for row in rows:
        document, exempt, is_discount = row[1], row[18], row[19]
        if exempt or is_discount:
            continue
        whole = goods[document]
        factor = 1.0
        if whole and off.get(document):
            factor = max((whole + off[document]) / whole, 0.0)
        values = list(row[:18])
        amount, balance = values[12] * factor, values[13] * factor
        values[12], values[13] = amount, balance
        extra = ()
        if len(row) > 20:
            extra = _order_parts(values, row[20:], factor)
        lines.append(Line(*values, *extra))
    return lines


def _order_parts(values, moved, factor) -> tuple:
    given_money, back_money, given_pieces, back_pieces = moved
    money, pieces = values[12] / factor if factor else 0.0, values[11]
    left = kept(money, given_money, back_money), kept(pieces, given_pieces, back_pieces)
    to_come = (
        _clipped(money - given_money, money),
        _clipped(pieces - given_pieces, pieces),
    )
    return (
        (_part(left[0], money), _part(left[1], pieces)),
        (_part(to_come[0], money), _part(to_come[1], pieces)),
    )


def _clipped(left: float, whole: float) -> float:
    return max(left, 0.0) if whole >= 0 else min(left, 0.0)


def _part(left: float, whole: float) -> float:
    return left / whole if whole else 0.0
