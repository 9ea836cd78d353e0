from odoo import fields, models
from odoo.tools import SQL

KEY = ("day", "place", "document", "number", "product_id", "type", "occurrence")


class DistributionSelloutLine(models.Model):
    """What an intermediary sold, took back, moved or had in stock on a day.

    Quantities are in the product's own unit. They and amounts are above zero for sales
    and below zero for returns, so that they add up; of stock they are no movement.
    Lines are written by the acceptance of their report alone and stay for good: one
    that a later report replaces is `superseded` and says by which. A line that a
    correction repeats as it was is not touched.
    """

    _name = "distribution.sellout.line"
    _description = "Sell-Out Line"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "document"

    report_id = fields.Many2one(
        "distribution.sellout",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
        help="The report that first brought the line as it is.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Reporter",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    day = fields.Date(required=True, readonly=True, help="The reporter's own day.")
    week = fields.Char(
        readonly=True, help="By ISO 8601: weeks of seven days, also over a year's end."
    )
    place = fields.Char(readonly=True, help="The reporter's shop or branch.")
    document = fields.Char(readonly=True)
    number = fields.Char("Line", readonly=True)
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, ondelete="restrict"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    type = fields.Selection(
        [
            ("sale", "Sale"),
            ("return", "Return"),
            ("transfer", "Transfer"),
            ("stock", "Closing Stock"),
        ],
        required=True,
        readonly=True,
    )
    occurrence = fields.Integer(
        required=True,
        readonly=True,
        help="Which one it is of several equal lines of a report.",
    )
    quantity = fields.Float(readonly=True)
    amount = fields.Monetary(readonly=True, help="Without tax.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_amount = fields.Monetary(
        "Amount in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
        help="By the rate of the day.",
    )
    company_currency_id = fields.Many2one(
        "res.currency", "Company Currency", related="company_id.currency_id"
    )
    customer = fields.Char(readonly=True, help="As the reporter calls whom it sold to.")
    customer_id = fields.Many2one(
        "res.partner",
        "Member",
        index="btree_not_null",
        readonly=True,
        help="Sold to another member of the channel: sell-through, and no sell-out to "
        "a consumer.",
    )
    contract = fields.Char(readonly=True)
    origin = fields.Char(
        "Original Document", readonly=True, help="Of a return: the sale's document."
    )
    code = fields.Char("Reported Code", readonly=True)
    row = fields.Integer("Row in the File", readonly=True)
    state = fields.Selection(
        [
            ("loading", "Being Accepted"),
            ("accepted", "Accepted"),
            ("superseded", "Superseded"),
        ],
        required=True,
        readonly=True,
        default="loading",
    )
    accepted_on = fields.Datetime(readonly=True)
    replaced_by_id = fields.Many2one(
        "distribution.sellout",
        "Superseded By",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )

    _line_uniq = models.UniqueIndex(
        "(company_id, partner_id, day, (coalesce(place, '')), (coalesce(document, '')),"
        " (coalesce(number, '')), product_id, type, occurrence)"
        " WHERE state = 'accepted'",
        "This line is accepted already.",
    )
    _partner_day_idx = models.Index("(company_id, partner_id, day)")
    _product_idx = models.Index("(product_id, partner_id, company_id)")

    def _same_key_sql(self, mine: SQL, known: SQL) -> SQL:
        """The condition that two rows are the same line, with their occurrence."""
        return SQL(
            """
            %(mine)s.company_id = %(known)s.company_id
            AND %(mine)s.partner_id = %(known)s.partner_id
            AND %(mine)s.day = %(known)s.day
            AND coalesce(%(mine)s.place, '') = coalesce(%(known)s.place, '')
            AND coalesce(%(mine)s.document, '') = coalesce(%(known)s.document, '')
            AND coalesce(%(mine)s.number, '') = coalesce(%(known)s.number, '')
            AND %(mine)s.product_id = %(known)s.product_id
            AND %(mine)s.type = %(known)s.type
            """,
            mine=mine,
            known=known,
        )

    def _merge_partners(self, src_partners, dst_partner) -> None:
        """Before contacts are merged: equal lines of both are two, and stay two."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE distribution_sellout_line line
                   SET occurrence = numbered.occurrence
                  FROM (
                      SELECT id, row_number() OVER (
                                 PARTITION BY company_id, day, coalesce(place, ''),
                                     coalesce(document, ''), coalesce(number, ''),
                                     product_id, type
                                 ORDER BY partner_id <> %(kept)s, partner_id,
                                     occurrence, id
                             ) AS occurrence
                        FROM distribution_sellout_line
                       WHERE partner_id = ANY(%(partners)s) AND state = 'accepted'
                  ) numbered
                 WHERE line.id = numbered.id AND line.partner_id <> %(kept)s
                   AND line.occurrence <> numbered.occurrence
             RETURNING line.id
                """,
                kept=dst_partner.id,
                partners=(src_partners | dst_partner).ids,
            )
        )
        self.invalidate_model(["occurrence"])
