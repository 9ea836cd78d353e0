from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tabular import Purchase, fold


class CrmPurchaseImportItem(models.Model):
    """Goods of a purchase from before Odoo, as far as Odoo knows them.

    They say who bought what, and are worth together what the purchase is. Only the
    import writes them, and they go with it.
    """

    _name = "crm.purchase.import.item"
    _description = "Imported Product"
    _inherit = ["suite.number.mixin"]
    _order = "line_id, id"
    _rec_name = "product_id"
    _log_access = False

    line_id = fields.Many2one(
        "crm.purchase.import.line",
        "Purchase",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="line_id.company_id")
    product_id = fields.Many2one(
        "product.product", required=True, index=True, readonly=True, ondelete="cascade"
    )
    quantity = fields.Float(readonly=True, digits="Product Unit")
    revenue = fields.Monetary(
        readonly=True, help="Its share of the purchase, in the company's currency."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.model
    def _find_products(self, purchases: list[Purchase], company) -> dict:
        """(reference, name) → product, for what is one product for certain.

        By reference or bar code, and without one of these by name.
        """
        told = {(item.product, item.name) for one in purchases for item in one.items}
        references = {reference for reference, _name in told} - {""}
        names = {name for reference, name in told if not reference}
        if not told:
            return {}
        Product = self.env["product.product"].with_context(active_test=False)
        ours = [("company_id", "in", [False, *company.parent_ids.ids])]
        found: dict[tuple[str, str], set[int]] = {}
        for field in ("default_code", "barcode"):
            for product in Product.search_fetch(
                [(field, "in", list(references)), *ours], [field]
            ):
                found.setdefault(("ref", product[field]), set()).add(product.id)
        for product in Product.search_fetch(
            [("name", "in", list(names)), *ours], ["name"]
        ):
            found.setdefault(("name", fold(product.name)), set()).add(product.id)

        def certain(reference: str, name: str) -> int | None:
            by = ("ref", reference) if reference else ("name", fold(name))
            products = found.get(by, ())
            return next(iter(products)) if len(products) == 1 else None

        return {
            (reference, name): product
            for reference, name in told
            if (product := certain(reference, name))
        }

    @api.model
    def _insert(self, source, rows: list[tuple[str, int, float, float]]) -> None:
        """Goods of purchases that are in, by the purchases' keys."""
        if not rows:
            return
        keys, products, quantities, revenues = map(list, zip(*rows, strict=True))
        self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_purchase_import_item
                            (line_id, product_id, quantity, revenue)
                     SELECT line.id, item.product_id, item.quantity, item.revenue
                       FROM unnest(%(keys)s, %(products)s, %(quantities)s::numeric[],
                                   %(revenues)s::numeric[])
                            AS item (key, product_id, quantity, revenue)
                       JOIN crm_purchase_import_line line
                         ON line.key = item.key AND line.import_id = %(source)s
                  RETURNING id
                """,
                keys=keys,
                products=products,
                quantities=quantities,
                revenues=revenues,
                source=source.id,
            )
        )
        self.invalidate_model()
