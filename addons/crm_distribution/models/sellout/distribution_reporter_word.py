from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_suite.tabular import fold

COLUMNS = [
    ("product", "Product"),
    ("quantity", "Quantity"),
    ("unit", "Unit"),
    ("price", "Price"),
    ("amount", "Amount"),
    ("currency", "Currency"),
    ("date", "Day"),
    ("place", "Place"),
    ("document", "Document"),
    ("number", "Line"),
    ("type", "Type"),
    ("customer", "Customer"),
    ("contract", "Contract"),
    ("origin", "Original Document"),
]


class DistributionReporterWord(models.Model):
    """What a reporter calls our products and units, and the columns of its files.

    A code may change its meaning: each holds from a day to a day, and the day of the
    sale decides.
    """

    _name = "distribution.reporter.word"
    _description = "Reporter's Own Word"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _company_links = ("product_id",)
    _order = "reporter_id, kind, word, date_from, id"
    _rec_name = "word"

    reporter_id = fields.Many2one(
        "distribution.reporter", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="reporter_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="reporter_id.partner_id")
    kind = fields.Selection(
        [("product", "Product Code"), ("unit", "Unit"), ("column", "Column")],
        required=True,
        default="product",
    )
    word = fields.Char(required=True, help="As it stands in the reporter's files.")
    product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        help="Of a unit: empty for all products.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        ondelete="restrict",
        help="Of a product code: what the code is one of, such as a case.",
    )
    column = fields.Selection(COLUMNS)
    date_from = fields.Date("From", help="Empty: since ever.")
    date_to = fields.Date("To", help="The last day. Empty: for ever.")

    _dates_range = models.Constraint(
        "CHECK (date_from <= date_to)", "A word does not end before it begins."
    )

    @api.constrains(
        "reporter_id",
        "kind",
        "word",
        "product_id",
        "uom_id",
        "column",
        "date_from",
        "date_to",
    )
    def _check_word(self):
        needed = {"product": "product_id", "unit": "uom_id", "column": "column"}
        for word in self:
            if not word[needed[word.kind]]:
                raise ValidationError(
                    self.env._("Say what “%(word)s” stands for.", word=word.word)
                )
        for word in self.reporter_id.word_ids:
            for other in self:
                if word != other and word._overlaps(other):
                    raise ValidationError(
                        self.env._(
                            "“%(word)s” stands for something else at that time.",
                            word=other.word,
                        )
                    )

    def _overlaps(self, other) -> bool:
        """Whether both are the same word at one time."""
        return (
            self._identity()[:4] == other._identity()[:4]
            and (self.date_from or date.min) <= (other.date_to or date.max)
            and (other.date_from or date.min) <= (self.date_to or date.max)
        )

    def _identity(self) -> tuple:
        of = self.product_id.id if self.kind == "unit" else False
        return (
            self.company_id.id,
            self.kind,
            fold(self.word),
            of,
            self.date_from,
            self.date_to,
        )
