import json

from odoo import api, fields, models

from odoo.addons.crm_suite.tabular import Customer, Item, Purchase


class CrmPurchaseImportPart(models.Model):
    """Purchases of a file that are new, in the sequence of its rows.

    They stay until the import is done or checked anew: loading takes them as the check
    has left them, without the file.
    """

    _name = "crm.purchase.import.part"
    _description = "Part of a Purchase Import"
    _inherit = ["suite.import.part"]
    _log_access = False

    import_id = fields.Many2one(
        "crm.purchase.import", required=True, index=True, ondelete="cascade"
    )
    last_row = fields.Integer(readonly=True)

    @api.model
    def _pack(self, purchases: list[Purchase], met: set[Customer]) -> dict:
        """Values of a part; `met` are the customers of those before it."""
        numbers: dict[Customer, int] = {}
        customers, rows = [], []
        for one in purchases:
            customer = one.customer
            if customer not in numbers:
                numbers[customer] = len(customers)
                customers.append(
                    [
                        customer.reference,
                        customer.email,
                        customer.name,
                        customer.name_is_unique,
                        customer not in met,
                    ]
                )
            rows.append(
                [
                    one.row,
                    numbers[customer],
                    one.date.isoformat(),
                    one.amount,
                    one.margin,
                    one.document,
                    one.key,
                    one.plain_key,
                    one.currency,
                    one.origin,
                    [[i.product, i.name, i.quantity, i.revenue] for i in one.items],
                ]
            )
        met.update(numbers)
        return {
            "content": json.dumps([customers, rows], separators=(",", ":")),
            "last_row": purchases[-1].row,
        }

    def _unpack(self) -> tuple[list[Purchase], set[Customer]]:
        """The purchases, and those of their customers that no part before has."""
        self.ensure_one()
        told, rows = json.loads(self.content)
        customers = [Customer(*values) for *values, _is_first in told]
        purchases = [
            Purchase(
                row,
                customers[number],
                fields.Date.to_date(date),
                amount,
                margin,
                document,
                key,
                plain_key,
                currency,
                origin,
                tuple(Item(*item) for item in items),
            )
            for (
                row,
                number,
                date,
                amount,
                margin,
                document,
                key,
                plain_key,
                currency,
                origin,
                items,
            ) in rows
        ]
        first = zip(customers, told, strict=True)
        return purchases, {customer for customer, values in first if values[-1]}
