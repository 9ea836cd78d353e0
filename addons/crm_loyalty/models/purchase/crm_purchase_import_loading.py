from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from odoo import models
from odoo.tools import SQL


class CrmPurchaseImport(models.Model):
    """Purchases that were read into lines, in the currency of the company."""

    _inherit = "crm.purchase.import"

    def _insert_lines(self, purchases, partners):
        codes = {purchase.currency for purchase in purchases}
        currencies = self._currencies(codes)
        convert = {code: self._converter(currencies[code]) for code in codes}

        def in_company_currency(purchase, amount):
            return convert[purchase.currency](amount, purchase.date)

        columns = {
            "row": ("int", [purchase.row for purchase in purchases]),
            "partner_id": ("int", [partners[p.customer] for p in purchases]),
            "date": ("date", [purchase.date for purchase in purchases]),
            "document": ("text", [purchase.document or None for purchase in purchases]),
            "amount": ("numeric", [purchase.amount for purchase in purchases]),
            "revenue": (
                "numeric",
                [in_company_currency(one, one.amount) for one in purchases],
            ),
            "margin": (
                "numeric",
                [in_company_currency(one, one.margin) for one in purchases],
            ),
            "key": ("text", [purchase.key for purchase in purchases]),
            "plain_key": ("text", [purchase.plain_key for purchase in purchases]),
            "row_currency_id": (
                "int",
                [p.currency and currencies[p.currency].id or None for p in purchases],
            ),
        }
        # A purchase that came in since the file was compared is known by now: another
        # transaction's row makes this one start again, and it is left out then.
        self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_purchase_import_line (import_id, company_id, %(names)s)
                     SELECT %(import)s, %(company)s, batch.*
                       FROM unnest(%(arrays)s) AS batch
                ON CONFLICT (company_id, key) DO NOTHING
                """,
                names=SQL(", ").join(map(SQL.identifier, columns)),
                arrays=SQL(", ").join(
                    SQL("%s::%s[]", values, SQL(kind))
                    for kind, values in columns.values()
                ),
                company=self.company_id.id,
                **{"import": self.id},
            )
        )
        Item = self.env["crm.purchase.import.item"]
        products = Item._find_products(purchases, self.company_id)
        Item._insert(
            self,
            [
                (
                    purchase.key,
                    products[item.product, item.name],
                    item.quantity,
                    in_company_currency(purchase, item.revenue),
                )
                for purchase in purchases
                for item in purchase.items
                if (item.product, item.name) in products
            ],
        )
        self.env["crm.purchase.import.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _currencies(self, codes: Iterable[str]) -> dict:
        """Code → active currency; that of the import for none."""
        named = self.env["res.currency"].search([("name", "in", list(codes))])
        return {"": self.currency_id, **{one.name: one for one in named}}

    def _converter(self, source):
        """A function of amount and date into the company's currency.

        The same rates as `res.currency._convert` takes, but all read at once.
        """
        target = self.company_id.currency_id
        if source == target:
            return lambda amount, date: amount
        rates = self._rates(source)

        def convert(amount, date):
            if amount is None:
                return None
            rate = _rate_on(rates[target.id], date) / _rate_on(rates[source.id], date)
            return target.round(amount * rate)

        return convert

    def _rates(self, currency):
        """Currency → the company's own rates and everybody's, by date."""
        root = self.company_id.root_id
        rates = self.env["res.currency.rate"].search_fetch(
            [
                ("currency_id", "in", (currency + root.currency_id).ids),
                ("company_id", "in", [False, root.id]),
            ],
            ["currency_id", "company_id", "name", "rate"],
            order="name",
        )
        by_currency = defaultdict(lambda: ([], []))
        for rate in rates:
            by_currency[rate.currency_id.id][not rate.company_id].append(
                (rate.name, rate.rate)
            )
        return by_currency


def _rate_on(rates, date):
    """The last rate until that day, the company's own before everybody's; for days
    before all rates the first one."""
    for known in rates:
        at = bisect_right(known, date, key=lambda rate: rate[0])
        if at:
            return known[at - 1][1]
    for known in rates:
        if known:
            return known[0][1]
    return 1.0
