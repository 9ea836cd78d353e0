from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.work import work_through

from ...channel.stock import Event, Stock, gap, walk, weeks_of_cover

WEEKS = 4
SOURCES = (
    "account.move",
    "account.move.line",
    "distribution.claim",
    "distribution.sellout.line",
    "product.product",
    "product.template",
    "uom.uom",
)


class DistributionStock(models.Model):
    """What an intermediary has of a product: calculated, and as it reports itself.

    The calculated stock is sell-in (invoiced goods less credit notes) less accepted
    sell-out, by price buckets. Reported stock never changes it: the two are compared
    on the day of the report, and a gap beyond the tolerance is an alert.
    """

    _name = "distribution.stock"
    _description = "Channel Stock"
    _order = "partner_id, product_id"
    _log_access = False
    _rec_name = "product_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    categ_id = fields.Many2one(related="product_id.categ_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    quantity = fields.Float(
        "Calculated Stock",
        readonly=True,
        help="Sell-in − sell-out ± transfers; never below 0.",
    )
    value = fields.Monetary(
        readonly=True, help="At what the pieces cost the intermediary."
    )
    unexplained = fields.Float(
        readonly=True, help="Sold, and covered by no delivery of ours yet."
    )
    in_transit = fields.Float(
        readonly=True, help="Invoiced, and arriving later by the date of delivery."
    )
    reported_on = fields.Date("Stock Reported On", readonly=True)
    reported = fields.Float("Reported Stock", readonly=True)
    calculated_then = fields.Float(
        readonly=True, help="On the day of the reported stock."
    )
    gap = fields.Float(readonly=True, help="Reported − calculated, on that day.")
    gap_share = fields.Float("Gap (%)", readonly=True, aggregator="avg")
    is_alert = fields.Boolean(
        "Alert", readonly=True, help="The gap is beyond the company's tolerance."
    )
    sold = fields.Float(
        "Sold in 4 Weeks",
        readonly=True,
        help="Sales less returns, in the four weeks up to the last day reported.",
    )
    has_sales = fields.Boolean(readonly=True)
    weeks_of_cover = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Stock / average weekly sell-out of the last four weeks that are reported;"
        " weeks before the first delivery do not count. Without any sale there is no "
        "such number.",
    )
    cover = fields.Char(
        "Lasts", compute="_compute_cover", help="Weeks of cover, or “no sales”."
    )
    refreshed_on = fields.Datetime(readonly=True)
    bucket_ids = fields.One2many("distribution.stock.bucket", "stock_id", readonly=True)

    _stock_uniq = models.UniqueIndex(
        "(company_id, partner_id, product_id)", "One stock of each product."
    )

    @api.depends("has_sales", "weeks_of_cover")
    def _compute_cover(self):
        for stock in self:
            if stock.has_sales:
                weeks = f"{stock.weeks_of_cover:.1f}"
                stock.cover = self.env._("%(weeks)s weeks", weeks=weeks)
            else:
                stock.cover = self.env._("no sales")

    def action_refresh(self):
        """Look at the invoices again."""
        self.check_access("read")
        # sudo: figures that nobody writes by hand, of stocks that the user sees
        for stock in self.sudo():
            stock._refresh(stock.company_id, stock.partner_id, stock.product_id)

    def action_open_lines(self):
        """What was reported of this product."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "distribution.sellout.line",
            "view_mode": "list",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("product_id", "=", self.product_id.id),
                ("state", "=", "accepted"),
            ],
        }

    def action_open_buckets(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "distribution.stock.bucket",
            "view_mode": "list",
            "domain": [("stock_id", "=", self.id)],
        }

    @api.model
    def _cron_refresh(self):
        """Reporters' stocks after invoices that were written since."""
        work_through(
            self.env["distribution.reporter"],
            self._stale_reporters,
            lambda reporters: [self._refresh_reporter(one) for one in reporters],
        )

    @api.model
    def _stale_reporters(self) -> Domain:
        """Reporters of whose invoices some are younger than their stock's figures.

        An invoice may have been written a while before it could be seen.
        """
        for name in ("account.move", "distribution.reporter"):
            self.env[name].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT reporter.id
                  FROM distribution_reporter reporter
                 WHERE EXISTS (
                       SELECT FROM account_move move
                        WHERE move.company_id = reporter.company_id
                          AND move.commercial_partner_id = reporter.partner_id
                          AND move.move_type IN ('out_invoice', 'out_refund')
                          AND move.write_date > (
                              SELECT coalesce(min(stock.refreshed_on), '-infinity')
                                     - %(margin)s::interval
                                FROM distribution_stock stock
                               WHERE stock.company_id = reporter.company_id
                                 AND stock.partner_id = reporter.partner_id
                          ))
                   AND NOT EXISTS (
                       SELECT FROM distribution_stock stock
                        WHERE stock.company_id = reporter.company_id
                          AND stock.partner_id = reporter.partner_id
                          AND stock.refreshed_on
                              > %(now)s::timestamp - %(margin)s::interval)
                    OR EXISTS (
                       SELECT FROM distribution_stock stock
                        WHERE stock.company_id = reporter.company_id
                          AND stock.partner_id = reporter.partner_id
                          AND stock.refreshed_on IS NULL)
                    OR EXISTS (
                       SELECT FROM distribution_stock stock
                        WHERE stock.company_id = reporter.company_id
                          AND stock.partner_id = reporter.partner_id
                          AND stock.in_transit > 0
                          AND stock.refreshed_on < %(now)s::timestamp - '20h'::interval)
                """,
                now=self.env.cr.now(),
                margin="15 minutes",
            )
        )
        return Domain("id", "in", [id_ for (id_,) in rows])

    @api.model
    def _refresh_reporter(self, reporter) -> None:
        self._refresh(reporter.company_id, reporter.partner_id)

    @api.model
    def _refresh(self, company, partner, products=None) -> None:
        """Write the figures of an intermediary's products anew; in superuser mode.

        :param products: those alone; else all that it bought or sold
        """
        for name in SOURCES:
            self.env[name].flush_model()
        which = (
            SQL("line.product_id = ANY(%s)", products.ids) if products else SQL("TRUE")
        )
        today = company._today()
        histories = self._events(company, partner, which)
        for product in (products or self.env["product.product"]).ids:
            histories.setdefault(product, [])
        reported = self._reported(company, partner, which)
        last_day = self._last_day(company, partner) or today
        known = {
            stock.product_id.id: stock
            for stock in self.search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "=", partner.id),
                    ("product_id", "in", [*histories, *reported]),
                ]
            )
        }
        if not products:
            # whatever is gone from the invoices is gone from the stock
            gone = self.search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "=", partner.id),
                    ("product_id", "not in", [*histories, *reported]),
                ]
            )
            gone.unlink()
        buckets, new = {}, []
        for product in sorted(histories.keys() | reported.keys()):
            events = histories.get(product, [])
            arrived = [event for event in events if event.day <= today]
            state = walk(arrived)
            values = self._prepare_values(
                company, events, arrived, state, reported.get(product), last_day
            )
            buckets[product] = state
            if product in known:
                known[product].write(values)
            else:
                new.append(
                    {
                        "company_id": company.id,
                        "partner_id": partner.id,
                        "product_id": product,
                        **values,
                    }
                )
        for stock in self.create(new):
            known[stock.product_id.id] = stock
        self._write_buckets(known, buckets, company.currency_id)
        self.env["distribution.claim.correction"]._follow(company, partner, histories)

    def _prepare_values(self, company, events, arrived, state, reported, last_day):
        values = {
            "quantity": state.on_hand,
            "value": company.currency_id.round(
                sum(one.left * (one.price or 0.0) for one in state.buckets)
            ),
            "unexplained": state.unexplained,
            "in_transit": sum(
                event.quantity
                for event in events[len(arrived) :]
                if event.kind == "receive"
            ),
            "refreshed_on": self.env.cr.now(),
            "reported_on": False,
            "reported": 0.0,
            "calculated_then": 0.0,
            "gap": 0.0,
            "gap_share": 0.0,
            "is_alert": False,
        }
        if reported:
            day, quantity = reported
            then = walk([event for event in arrived if event.day <= day]).on_hand
            difference, share = gap(quantity, then)
            tolerance = company.distribution_stock_tolerance / 100
            values |= {
                "reported_on": day,
                "reported": quantity,
                "calculated_then": then,
                "gap": difference,
                "gap_share": 100 * (share or 0.0),
                "is_alert": abs(difference) > tolerance * then + 1e-9,
            }
        weeks = _weekly_sales(arrived, last_day)
        first = min((e.day for e in arrived if e.kind == "receive"), default=last_day)
        stocked = max(1, -(-((last_day - first).days + 1) // 7))
        cover = weeks_of_cover(state.on_hand, weeks, stocked)
        return values | {
            "sold": sum(weeks),
            "has_sales": cover is not None,
            "weeks_of_cover": cover or 0.0,
        }

    def _write_buckets(self, stocks: dict, states: dict[int, Stock], currency) -> None:
        Bucket = self.env["distribution.stock.bucket"]
        Bucket.search([("stock_id", "in", [s.id for s in stocks.values()])]).unlink()
        Bucket.create(
            [
                {
                    "stock_id": stocks[product].id,
                    "day": bucket.day,
                    "received": bucket.received,
                    "quantity": bucket.left,
                    "price": bucket.price or 0.0,
                    "is_priced": bucket.price is not None,
                    "value": currency.round(bucket.left * (bucket.price or 0.0)),
                    **self._source_of(bucket.key),
                }
                for product, state in states.items()
                for bucket in state.buckets
                if bucket.left
            ]
        )

    @api.model
    def _source_of(self, key: int) -> dict:
        """Hook: by which document pieces came; sell-out lines stand below zero."""
        return {"move_line_id": key if key > 0 else False}

    @api.model
    def _events(self, company, partner, which: SQL) -> dict[int, list[Event]]:
        """Deliveries, returns, sales, transfers and cuts by product, by their days."""
        histories = defaultdict(list)
        self._add_sell_in(histories, company, partner, which)
        self._add_sell_out(histories, company, partner, which)
        self._add_cuts(histories, company, partner)
        for events in histories.values():
            events.sort(key=lambda event: event.day)
        return histories

    def _add_cuts(self, histories, company, partner) -> None:
        """What price protection paid back, of pieces in stock and on their way."""
        for claim in self.env["distribution.claim"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", partner.id),
                ("kind", "=", "protection"),
                ("state", "in", ("approved", "settled")),
                ("product_id", "in", [*histories]),
            ]
        ):
            events = histories[claim.product_id.id]
            falls = {
                line.move_line_id.id: line.fall
                for line in claim.line_ids
                if line.in_transit and not line.reason
            }
            events[:] = [
                replace(event, price=event.price - falls[event.key])
                if event.kind == "receive" and event.key in falls
                else event
                for event in events
            ]
            events.append(claim._cut_event())

    def _add_sell_in(self, histories, company, partner, which: SQL) -> None:
        """What we sold them and took back, at net prices.

        A credit note gives back pieces of the invoice that it reverses.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.product_id, line.day,
                       line.received, line.amount, line.origin_id
                  FROM (%(sell_in)s) line
                 WHERE line.company_id = %(company)s
                   AND line.partner_id = %(partner)s
                   AND line.received <> 0
                   AND %(which)s
                 ORDER BY line.day, line.id
                """,
                company=company.id,
                partner=partner.id,
                sell_in=self.env["account.move"]._sell_in_sql(),
                which=which,
            )
        )
        for line, product, day, received, amount, origin in rows:
            pieces = float(received)
            price = float(amount) / abs(pieces)
            histories[product].append(
                Event(day, "receive", pieces, price, key=line)
                if pieces > 0
                else Event(
                    day,
                    "give_back",
                    -pieces,
                    # what was credited is known of credit notes alone
                    price if self._source_of(line)["move_line_id"] else None,
                    key=line,
                    of=origin or 0,
                )
            )

    def _add_sell_out(self, histories, company, partner, which: SQL) -> None:
        """Accepted lines; a return finds its sale by the document that it names."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.product_id, line.day, line.type, line.quantity,
                       CASE WHEN line.type = 'return' AND line.origin <> '' THEN (
                           SELECT min(sale.id) FROM distribution_sellout_line sale
                            WHERE sale.company_id = line.company_id
                              AND sale.partner_id = line.partner_id
                              AND sale.product_id = line.product_id
                              AND sale.document = line.origin
                              AND sale.type = 'sale' AND sale.state = 'accepted'
                       ) END AS sale_id
                  FROM distribution_sellout_line line
                 WHERE line.company_id = %(company)s AND line.partner_id = %(partner)s
                   AND line.state = 'accepted' AND line.type <> 'stock'
                   AND %(which)s
                 ORDER BY line.day, line.id
                """,
                company=company.id,
                partner=partner.id,
                which=which,
            )
        )
        for line, product, day, kind, quantity, sale in rows:
            if kind == "transfer":
                kind = "transfer_in" if quantity > 0 else "transfer_out"
            # below zero, where invoice lines stand above
            histories[product].append(
                Event(day, kind, abs(quantity), key=-line, of=-(sale or 0))
            )

    @api.model
    def _reported(self, company, partner, which: SQL) -> dict[int, tuple]:
        """Day and quantity of the last reported stock by product, all places."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (line.product_id) line.product_id, line.day,
                       sum(line.quantity)
                  FROM distribution_sellout_line line
                 WHERE line.company_id = %(company)s AND line.partner_id = %(partner)s
                   AND line.state = 'accepted' AND line.type = 'stock'
                   AND %(which)s
                 GROUP BY line.product_id, line.day
                 ORDER BY line.product_id, line.day DESC
                """,
                company=company.id,
                partner=partner.id,
                which=which,
            )
        )
        return {product: (day, quantity) for product, day, quantity in rows}

    @api.model
    def _last_day(self, company, partner) -> date | None:
        """Up to which day sales are reported."""
        ((last,),) = self.env["distribution.sellout"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", partner.id),
                ("state", "in", ("accepted", "superseded")),
                ("sale_count", ">", 0),
            ],
            [],
            ["date_to:max"],
        )
        return min(last, company._today()) if last else None

    @api.model
    def _history(self, company, partner, product) -> list[Event]:
        for name in SOURCES:
            self.env[name].flush_model()
        which = SQL("line.product_id = %s", product.id)
        return self._events(company, partner, which)[product.id]

    @api.model
    def _walked(self, company, partner, product, before: date = date.max) -> Stock:
        """The stock at the beginning of a day, after what was protected on it."""
        return walk(
            event
            for event in self._history(company, partner, product)
            if event.day < before or (event.kind == "cut" and event.day == before)
        )

    @api.model
    def _merge_partners(self, src_partners, dst_partner) -> None:
        """Before contacts are merged: the figures of all are written anew after it."""
        everybody = (src_partners | dst_partner).ids
        self.search([("partner_id", "in", everybody)]).unlink()

    @api.model
    def _refresh_merged(self, partner) -> None:
        reporters = self.env["distribution.reporter"].with_context(active_test=False)
        for reporter in reporters.search([("partner_id", "=", partner.id)]):
            self._refresh_reporter(reporter)


def _weekly_sales(events: Iterable[Event], last_day: date) -> list[float]:
    """Sales less returns of the last four weeks, the oldest first."""
    weeks = [0.0] * WEEKS
    for event in events:
        week = (last_day - event.day).days // 7
        if 0 <= week < WEEKS and event.kind in ("sale", "return"):
            sign = 1 if event.kind == "sale" else -1
            weeks[WEEKS - 1 - week] += sign * event.quantity
    return weeks
