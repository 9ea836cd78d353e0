from collections import defaultdict

from odoo import api, fields, models


class DistributionSpecialPrice(models.Model):
    """A price that is granted to an intermediary for resales to one customer."""

    _name = "distribution.special.price"
    _description = "Special Price for Resales"
    _inherit = ["suite.company.mixin", "suite.number.mixin"]
    _company_links = ("partner_id", "product_id")
    _number_limits = {"window_days": (0, 3650)}
    _order = "date_from desc, id desc"

    name = fields.Char("Contract", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Intermediary", required=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="restrict"
    )
    customer = fields.Char(
        required=True, help="As the intermediary calls the customer in its reports."
    )
    price = fields.Float("Contract Price", digits="Product Price", required=True)
    quantity = fields.Float("Authorised Quantity", required=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True, help="The last day is included.")
    window_days = fields.Integer(
        "Days to Report",
        default=30,
        help="A resale that is reported later is not paid.",
    )
    used_quantity = fields.Float(
        "Claimed", compute="_compute_used_quantity", help="Of approved claims."
    )

    _dates_range = models.Constraint(
        "CHECK (date_from <= date_to)", "A contract does not end before it begins."
    )
    _price_range = models.Constraint(
        "CHECK (price >= 0 AND quantity > 0 AND window_days >= 0)",
        "A contract has a price and an authorised quantity.",
    )

    @api.depends("quantity")
    def _compute_used_quantity(self):
        used = self._used_by_contract()
        for contract in self:
            contract.used_quantity = used.get(contract._origin.id, 0.0)

    def _used_by_contract(self) -> dict[int, float]:
        """Pieces that were paid for, less those whose resale is undone."""
        groups = self.env["distribution.claim.line"]._read_group(
            [
                ("special_price_id", "in", self.ids),
                ("state", "in", ("approved", "settled")),
                ("reason", "=", False),
            ],
            ["special_price_id", "claim_id"],
            ["quantity:sum"],
        )
        claims = self.env["distribution.claim"].union(*(row[1] for row in groups))
        undone = self.env["distribution.claim.correction"]._undone_by_claim(claims)
        used = defaultdict(float)
        for contract, claim, quantity in groups:
            used[contract.id] += quantity - undone.get(claim.id, 0.0)
        return used

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()
