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
            ["state", "date_order", "partner_id", "amount_untaxed", "margin"]
        )
        self.env["account.move"].flush_model(["state", "move_type"])
        self.env["account.move.line"].flush_model(
            ["sale_line_ids", "price_subtotal", "balance", "quantity"]
        )
        self.env["crm.purchase.import"].flush_model(["state"])
        self.env["crm.purchase.import.line"].flush_model()

    def _local_date_sql(self, timestamp: SQL) -> SQL:
        """The calendar day of a UTC timestamp where the company is."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE coalesce(place.tz, 'UTC'))::date",
            timestamp,
        )

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
            theirs = SQL("AND sale.partner_id IN (%s)", contacts)
        return SQL(
            """
            SELECT sale.id::bigint * 8 AS id,
                   sale.company_id,
                   sale.partner_id,
                   %(date)s AS date,
                   %(revenue)s - coalesce(refund.revenue, 0) AS revenue,
                   %(margin)s - coalesce(refund.margin, 0) AS margin
              FROM sale_order sale
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_partner place ON place.id = company.partner_id
         LEFT JOIN (%(refunds)s) refund ON refund.order_id = sale.id
             WHERE sale.state = 'sale' %(theirs)s
            """,
            theirs=theirs,
            date=self._local_date_sql(SQL("sale.date_order")),
            revenue=self._company_amount_sql(SQL("sale.amount_untaxed")),
            margin=self._company_amount_sql(SQL("sale.margin")),
            refunds=self._refunds_sql(theirs, known_by),
        )

    def _refunds_sql(self, theirs: SQL, known_by: datetime.date | None = None) -> SQL:
        """What posted credit notes took back from each order.

        A refunded amount goes back at the rate of the order, so that a full refund
        leaves nothing, and takes its share of the order line's margin with it. A line
        of negative quantity on a credit note is a sale, and down payments are no
        revenue of the order yet: both stay out.
        """
        return SQL(
            """
            SELECT line.order_id,
                   sum(credit.amount) AS revenue,
                   sum(credit.amount * coalesce(
                       line.margin / nullif(line.price_subtotal, 0), 1)) AS margin
              FROM (
                    SELECT link.order_line_id,
                           CASE WHEN item.currency_id = sale.currency_id
                                THEN %(amount)s
                                ELSE item.balance
                            END / count(*) OVER (PARTITION BY item.id) AS amount
                      FROM account_move move
                      JOIN account_move_line item ON item.move_id = move.id
                      JOIN sale_order_line_invoice_rel link
                        ON link.invoice_line_id = item.id
                      JOIN sale_order_line ordered ON ordered.id = link.order_line_id
                      JOIN sale_order sale ON sale.id = ordered.order_id
                     WHERE move.move_type = 'out_refund'
                       AND move.state = 'posted'
                       AND item.quantity > 0
                       AND ordered.is_downpayment IS NOT TRUE
                       %(known)s
                       %(theirs)s
                   ) credit
              JOIN sale_order_line line ON line.id = credit.order_line_id
             GROUP BY line.order_id
            """,
            amount=self._company_amount_sql(SQL("item.price_subtotal")),
            known=SQL("AND move.date <= %s", known_by) if known_by else SQL(),
            theirs=theirs,
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
