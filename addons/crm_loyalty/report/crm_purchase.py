import datetime

from odoo import fields, models
from odoo.tools import SQL


class CrmPurchase(models.Model):
    """What a customer bought from a company on one day, net of refunds.

    The only reader of orders, refunds and imported purchases: everything that this
    add-on says of a customer is derived from these rows. A day with a revenue above
    zero is one purchase, however many orders it has; other days only add their amounts.
    """

    _name = "crm.purchase"
    _description = "Purchase"
    _inherit = "suite.customer.data.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True)
    revenue = fields.Monetary(
        readonly=True, help="Untaxed, net of refunds, at the rate of the order's date."
    )
    margin = fields.Monetary(readonly=True)
    costed_revenue = fields.Monetary(
        "Revenue with Known Margin",
        readonly=True,
        help="The part of the revenue that the margin belongs to. Imported purchases "
        "may come without a margin.",
    )

    @property
    def _table_query(self) -> SQL:
        return self._days_sql()

    def _days_sql(self) -> SQL:
        """One row per company, commercial partner and day of dealing."""
        return SQL(
            """
            SELECT min(id) AS id,
                   company_id,
                   partner_id,
                   date,
                   sum(revenue) AS revenue,
                   sum(coalesce(margin, 0)) AS margin,
                   coalesce(sum(revenue) FILTER (WHERE margin IS NOT NULL), 0)
                       AS costed_revenue
              FROM (%s) document
             GROUP BY company_id, partner_id, date
            """,
            self._documents_sql(),
        )

    def _documents_sql(
        self, customers: SQL | None = None, known_by: datetime.date | None = None
    ) -> SQL:
        """One row per document, under its customer's commercial entity.

        What a company orders from itself makes it no customer.

        :param customers: a query of commercial partners, to leave out all others
        :param known_by: the last day whose credit notes count, for a look back at what
            was known then
        """
        self._flush_sources()
        wanted, contacts = SQL(), None
        if customers:
            wanted = SQL("AND customer.commercial_partner_id IN (%s)", customers)
            contacts = SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id IN (%s)",
                customers,
            )
        return SQL(
            """
            SELECT document.id,
                   document.company_id,
                   customer.commercial_partner_id AS partner_id,
                   document.date,
                   document.revenue,
                   document.margin
              FROM (%s) document
              JOIN res_partner customer ON customer.id = document.partner_id
              JOIN res_company seller ON seller.id = document.company_id
             WHERE customer.commercial_partner_id <> seller.partner_id
                   %s
            """,
            SQL(" UNION ALL ").join(self._document_sources(contacts, known_by)),
            wanted,
        )

    def _document_sources(
        self, contacts: SQL | None = None, known_by: datetime.date | None = None
    ) -> list[SQL]:
        """Hook: one query per kind of document.

        Each gives ``id`` (bigint, unique over all sources: the document's id times
        eight plus the source's own number), ``company_id``, ``partner_id``, ``date``,
        ``revenue`` and ``margin`` (NULL when unknown), in the company's currency.

        :param contacts: a query of the contacts whose documents matter; others may be
            left out, to be fast
        :param known_by: the last day whose credit notes count, if not all do
        """
        orders = self._sale_orders_sql(contacts, known_by)
        return [orders, self._imported_purchases_sql()]

    def _flush_sources(self) -> None:
        """Hook: write pending changes of what the sources read."""
        self.env["res.partner"].flush_model(["commercial_partner_id", "tz"])
        self.env["sale.order"].flush_model(
            [
                "state",
                "date_order",
                "partner_id",
                "purchaser_id",
                "amount_untaxed",
                "margin",
            ]
        )
        self.env["account.move"].flush_model(["state", "move_type"])
        self.env["account.move.line"].flush_model(
            ["sale_line_ids", "price_subtotal", "balance", "quantity", "product_id"]
        )
        self.env["sale.order.line"].flush_model(
            ["price_subtotal", "product_uom_qty", "product_id", "margin", "reward_id"]
        )
        self.env["loyalty.program"].flush_model(["program_type"])
        self.env["loyalty.reward"].flush_model(["program_id"])
        self.env["loyalty.rule"].flush_model(["program_id", "product_ids"])
        self.env["crm.purchase.import"].flush_model(["state"])
        self.env["crm.purchase.import.line"].flush_model()

    def _company_amount_sql(self, amount: SQL) -> SQL:
        """An amount of an order in the company's currency, at the order's rate.

        Most orders need no division, and in numerics it is what costs most here.
        """
        return SQL(
            """
            CASE WHEN sale.currency_rate IS NULL OR sale.currency_rate IN (0, 1)
                 THEN %(amount)s
                 ELSE %(amount)s / sale.currency_rate
            END
            """,
            amount=amount,
        )

    def _sale_orders_sql(
        self, contacts: SQL | None = None, known_by: datetime.date | None = None
    ) -> SQL:
        theirs = SQL()
        if contacts:
            theirs = SQL("AND %s", self._bought_by_sql(SQL("sale"), contacts))
        return SQL(
            """
            SELECT sale.id::bigint * 8 AS id,
                   sale.company_id,
                   coalesce(sale.purchaser_id, sale.partner_id) AS partner_id,
                   %(date)s AS date,
                   %(revenue)s - coalesce(refund.revenue, 0) AS revenue,
                   %(margin)s - coalesce(refund.margin, 0) AS margin
              FROM sale_order sale
              %(changed)s
         LEFT JOIN (%(refunds)s) refund ON refund.order_id = sale.id
             WHERE sale.state = 'sale' %(theirs)s
            """,
            theirs=theirs,
            date=self.env["res.company"]._day_sql(
                SQL("sale.company_id"), SQL("sale.date_order")
            ),
            **self._earnings_sql(of_few=bool(contacts)),
            refunds=self._refunds_sql(theirs, known_by),
        )

    @staticmethod
    def _bought_by_each_sql(document: SQL, contact: SQL) -> list[SQL]:
        """Two conditions, of which one holds where a contact's purchase is his
        customer's: he is with it still, or somebody bought for it who has left.

        Each alone finds its rows by an index; both in one condition would not.
        """
        return [
            SQL(
                "%(it)s.purchaser_id IS NULL AND %(it)s.partner_id = %(contact)s",
                it=document,
                contact=contact,
            ),
            SQL("%s.purchaser_id = %s", document, contact),
        ]

    @staticmethod
    def _bought_by_sql(document: SQL, contacts: SQL) -> SQL:
        """A condition: it was bought by one of these contacts, or for one of them."""
        return SQL(
            """
            (%(document)s.purchaser_id IN (%(contacts)s)
             OR (%(document)s.purchaser_id IS NULL
                 AND %(document)s.partner_id IN (%(contacts)s)))
            """,
            document=document,
            contacts=contacts,
        )

    def _earnings_sql(self, *, of_few: bool) -> dict[str, SQL]:
        """What an order ``sale`` brought, and what to join for it.

        A gift card or a wallet pays: what it takes off the total is no discount, and
        who buys one has changed money.

        :param of_few: some customers' orders are asked for, not a whole company's
        """
        condition = self._money_changed_sql()
        if not condition:
            return {
                "changed": SQL(),
                "revenue": self._company_amount_sql(SQL("sale.amount_untaxed")),
                "margin": self._company_amount_sql(SQL("sale.margin")),
            }
        sums = SQL(
            "SELECT sum(line.price_subtotal) AS revenue, sum(line.margin) AS margin"
        )
        if of_few:
            changed = SQL(
                "LEFT JOIN LATERAL (%s FROM sale_order_line line"
                " WHERE line.order_id = sale.id AND %s) changed ON TRUE",
                sums,
                condition,
            )
        else:
            changed = SQL(
                "LEFT JOIN (%s, line.order_id FROM sale_order_line line"
                " WHERE %s GROUP BY line.order_id) changed"
                " ON changed.order_id = sale.id",
                sums,
                condition,
            )
        return {
            "changed": changed,
            "revenue": self._company_amount_sql(
                SQL("(sale.amount_untaxed - coalesce(changed.revenue, 0))")
            ),
            "margin": self._company_amount_sql(
                SQL("(sale.margin - coalesce(changed.margin, 0))")
            ),
        }

    def _money_changed_sql(self) -> SQL | None:
        """A condition on ``line``: it pays by gift card or wallet, or buys one."""
        if not self.env["loyalty.program"]._any_payment_program():
            return None
        programs = SQL(
            "SELECT id FROM loyalty_program WHERE program_type IN %s",
            ("gift_card", "ewallet"),
        )
        # as arrays, by which the few such lines are found in indexes of all lines
        return SQL(
            """
            (line.reward_id = ANY (ARRAY(
                    SELECT id FROM loyalty_reward WHERE program_id IN (%(programs)s)))
             OR line.product_id = ANY (ARRAY(
                    SELECT sells.product_product_id
                      FROM loyalty_rule rule
                      JOIN loyalty_rule_product_product_rel sells
                        ON sells.loyalty_rule_id = rule.id
                     WHERE rule.program_id IN (%(programs)s))))
            """,
            programs=programs,
        )

    def _refunds_sql(self, theirs: SQL, known_by: datetime.date | None = None) -> SQL:
        """What posted credit notes took back from each order.

        A refunded amount goes back at the rate of the order, so that a full refund
        leaves nothing, and takes its share of the order line's margin with it. Down
        payments are no revenue of the order yet: they stay out.
        """
        changed = self._money_changed_sql()
        return SQL(
            """
            -- netted once, whatever the planner believes of tables that it never saw
              WITH credit AS MATERIALIZED (%(credits)s)
            SELECT line.order_id,
                   sum(credit.revenue) AS revenue,
                   sum(credit.revenue * coalesce(
                       line.margin / nullif(line.price_subtotal, 0), 1)) AS margin
              FROM credit
              JOIN sale_order_line line ON line.id = credit.line_id
             GROUP BY line.order_id
            """,
            credits=self._credits_sql(
                self._credited_sql(
                    SQL("%s AND NOT coalesce(%s, FALSE)", theirs, changed)
                    if changed
                    else theirs,
                    known_by,
                ),
                known_by,
            ),
        )

    def _credited_sql(self, which: SQL, known_by: datetime.date | None = None) -> SQL:
        """The order lines of which posted documents took something back: a credit
        note, or a line of an invoice that goes against the order's.

        :param which: more conditions on ``line`` and its ``sale``
        """
        against = SQL(
            """
            move.move_type = 'out_invoice'
               AND (item.quantity < 0 OR item.price_subtotal < 0)
               AND (item.quantity * line.product_uom_qty < 0
                    OR item.price_subtotal * line.price_subtotal < 0)
            """
        )
        credited = SQL("move.move_type = 'out_refund' AND item.quantity > 0")
        return SQL(" UNION ").join(
            SQL(
                """
                SELECT link.order_line_id AS id
                  FROM account_move move
                  JOIN account_move_line item ON item.move_id = move.id
                  JOIN sale_order_line_invoice_rel link
                    ON link.invoice_line_id = item.id
                  JOIN sale_order_line line ON line.id = link.order_line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                 WHERE %(document)s
                   AND move.state = 'posted'
                   AND line.is_downpayment IS NOT TRUE
                   %(known)s
                   %(which)s
                """,
                document=document,
                known=SQL("AND move.date <= %s", known_by) if known_by else SQL(),
                which=which,
            )
            for document in (credited, against)
        )

    def _credits_sql(self, lines: SQL, known_by: datetime.date | None = None) -> SQL:
        """What these order lines lost, netted over all their posted documents.

        As ``left_of`` in ``statements.py``: what was credited and invoiced anew is
        kept, in whatever sequence. Money in the company's currency; pieces in the
        line's unit: of its own product, and none where less than the price was
        credited for a piece, or where money went back and no piece with it, unless all
        the money did.

        :param lines: query of ids
        """
        money = SQL(
            """
            CASE WHEN item.currency_id = sale.currency_id
                 THEN %s * CASE move.move_type WHEN 'out_invoice' THEN 1 ELSE -1 END
                 ELSE -item.balance
            END / shared.count
            """,
            self._company_amount_sql(SQL("item.price_subtotal")),
        )
        pieces = SQL(
            """
            item.quantity * coalesce(unit.factor / nullif(own.factor, 0), 1)
                * CASE move.move_type WHEN 'out_invoice' THEN 1 ELSE -1 END
                / shared.count
            """
        )
        return SQL(
            """
            SELECT line_id, %(lost_money)s AS revenue,
                   CASE WHEN price <> 0 AND abs(price - %(lost_money)s) < slack / 2
                        THEN ordered ELSE %(lost_pieces)s END AS quantity
              FROM (
                    SELECT line_id, price, ordered, slack,
                           coalesce(sum(money) FILTER (WHERE money * price > 0), 0)
                               AS money_given,
                           -coalesce(sum(money) FILTER (WHERE money * price <= 0), 0)
                               AS money_back,
                           coalesce(sum(counted) FILTER (WHERE counted * ordered > 0),
                                    0) AS pieces_given,
                           -coalesce(sum(counted) FILTER (WHERE counted * ordered <= 0),
                                     0) AS pieces_back
                      FROM (
                            SELECT size.*,
                                   CASE WHEN NOT size.same
                                          OR size.money * size.price
                                              * size.pieces * size.ordered < 0
                                          OR (size.back AND abs(size.money) <
                                              abs(size.price * size.pieces
                                                  / nullif(size.ordered, 0))
                                              - size.slack)
                                        THEN 0 ELSE size.pieces END AS counted
                              FROM (
                                    SELECT bought.id AS line_id,
                                           %(price)s AS price,
                                           bought.product_uom_qty AS ordered,
                                           %(slack)s AS slack,
                                           %(money)s AS money,
                                           %(pieces)s AS pieces,
                                           move.move_type = 'out_refund' AS back,
                                           item.product_id = bought.product_id AS same
                                      FROM (%(lines)s) credited
                                      JOIN sale_order_line bought
                                        ON bought.id = credited.id
                                      JOIN sale_order sale ON sale.id = bought.order_id
                                      JOIN res_currency currency
                                        ON currency.id = sale.currency_id
                                      JOIN sale_order_line_invoice_rel link
                                        ON link.order_line_id = bought.id
                                      JOIN account_move_line item
                                        ON item.id = link.invoice_line_id
                                      JOIN account_move move ON move.id = item.move_id
                                 LEFT JOIN uom_uom unit
                                        ON unit.id = item.product_uom_id
                                 LEFT JOIN uom_uom own
                                        ON own.id = bought.product_uom_id
                                CROSS JOIN LATERAL (
                                           SELECT count(*)
                                             FROM sale_order_line_invoice_rel other
                                            WHERE other.invoice_line_id = item.id
                                           ) shared
                                     WHERE move.state = 'posted'
                                       AND move.move_type IN ('out_invoice',
                                                              'out_refund')
                                       %(known)s
                                   ) size
                           ) part
                     GROUP BY line_id, price, ordered, slack
                   ) net
            """,
            lost_money=self._lost_sql(SQL("price"), SQL("money")),
            lost_pieces=self._lost_sql(SQL("ordered"), SQL("pieces")),
            price=self._company_amount_sql(SQL("bought.price_subtotal")),
            slack=self._company_amount_sql(SQL("currency.rounding")),
            money=money,
            pieces=pieces,
            lines=lines,
            known=SQL("AND move.date <= %s", known_by) if known_by else SQL(),
        )

    @staticmethod
    def _lost_sql(ordered: SQL, name: SQL) -> SQL:
        """As ``left_of``, on either side of nothing."""
        return SQL(
            """
            (sign(%(ordered)s) * least(abs(%(ordered)s), greatest(0,
                sign(%(ordered)s) * %(name)s_back
                - greatest(0, sign(%(ordered)s) * %(name)s_given - abs(%(ordered)s)))))
            """,
            ordered=ordered,
            name=name,
        )

    def _imported_purchases_sql(self) -> SQL:
        return SQL(
            """
            SELECT line.id::bigint * 8 + 1 AS id,
                   line.company_id,
                   line.partner_id,
                   line.date,
                   line.revenue,
                   line.margin
              FROM crm_purchase_import_line line
              JOIN crm_purchase_import source ON source.id = line.import_id
             WHERE source.state = 'done'
            """
        )
