import itertools

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...clv import AmountTrend
from ...tools.prefetch import SELDOM_READ


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "suite.number.mixin"]
    _number_limits = {
        "value_horizon_years": (1, 20),
        "value_discount_rate": (0, 1),
        "value_amount_growth": (-0.9, 10),
        "value_lapse_threshold": (0, 1),
        "value_class_a": (0, 1),
        "value_class_b": (0, 1),
        "value_class_c": (0, 1),
    }

    value_horizon_years = fields.Integer(
        "Value Horizon (Years)",
        default=3,
        prefetch=SELDOM_READ,
        groups="base.group_user",
    )
    value_discount_rate = fields.Float(
        "Yearly Discount Rate",
        default=0.10,
        prefetch=SELDOM_READ,
        groups="base.group_user",
    )
    value_lapse_threshold = fields.Float(
        "Lapse Threshold", default=0.30, prefetch=SELDOM_READ, groups="base.group_user"
    )
    value_class_a = fields.Float(
        "Share of Class A", default=0.50, prefetch=SELDOM_READ, groups="base.group_user"
    )
    value_class_b = fields.Float(
        "Share up to Class B",
        default=0.80,
        prefetch=SELDOM_READ,
        groups="base.group_user",
    )
    value_class_c = fields.Float(
        "Share up to Class C",
        default=0.95,
        prefetch=SELDOM_READ,
        groups="base.group_user",
    )
    value_cutoff = fields.Date(
        "Value Customers as of",
        help="Purchases after this day are left out. Empty means today: set a day only "
        "for a closed history, such as a test or an archive.",
        groups="base.group_user",
    )

    value_amounts = fields.Selection(
        [
            ("trend", "By their own trend"),
            ("index", "By a yearly rate"),
            ("plain", "As they were"),
        ],
        "Past Amounts in Today's Money",
        default="trend",
        required=True,
        prefetch=SELDOM_READ,
        help="Where amounts grow, an average of past ones is too low for today. Their "
        "own trend is read from how each customer's purchases change over time.",
        groups="base.group_user",
    )
    value_amount_growth = fields.Float(
        "Yearly Growth of Amounts",
        prefetch=SELDOM_READ,
        help="For example the yearly rise of prices.",
        groups="base.group_user",
    )
    value_use_attributes = fields.Boolean(
        "Use Attributes",
        default=True,
        prefetch=SELDOM_READ,
        help="Industry, source, payment delay and the like correct how likely a "
        "customer still is one, where the back-test shows that they forecast better.",
        groups="base.group_user",
    )

    _value_horizon_range = models.Constraint(
        "CHECK (value_horizon_years BETWEEN 1 AND 20)",
        "The value horizon lies between 1 and 20 years.",
    )
    _value_discount_rate_range = models.Constraint(
        "CHECK (value_discount_rate >= 0 AND value_discount_rate <= 1)",
        "The yearly discount rate lies between 0 and 100 %.",
    )
    _value_lapse_threshold_range = models.Constraint(
        "CHECK (value_lapse_threshold > 0 AND value_lapse_threshold < 1)",
        "The lapse threshold lies between 0 and 100 %, both excluded.",
    )

    _value_amount_growth_range = models.Constraint(
        "CHECK (value_amount_growth BETWEEN -0.9 AND 10)",
        "The yearly growth of amounts lies between -90 and 1,000 %.",
    )
    _value_cutoff_range = models.Constraint(
        "CHECK (value_cutoff BETWEEN '1970-01-01' AND '2200-01-01')",
        "Customers are valued as of a day between 1970 and 2200.",
    )

    @api.constrains("value_class_a", "value_class_b", "value_class_c")
    def _check_value_classes(self):
        for company in self:
            shares = [0.0, *company._value_class_shares(), 1.0]
            if any(low >= high for low, high in itertools.pairwise(shares)):
                raise ValidationError(
                    self.env._(
                        "The shares of value classes A, B and C must rise from above "
                        "0 % to below 100 %."
                    )
                )

    def _value_class_shares(self) -> list[float]:
        """Cumulative shares of the base's value at which classes A, B, C end."""
        return [self.value_class_a, self.value_class_b, self.value_class_c]

    def _amounts_setting(self) -> str:
        """How past amounts count, in one word and a figure."""
        if self.value_amounts == "index":
            return f"index {self.value_amount_growth:.6f}"
        return self.value_amounts

    def _amount_trend(self, columns: dict) -> AmountTrend:
        """How amounts differ by when they fell, as the company has it.

        :param columns: of ``crm.purchase.history._read_arrays``
        """
        if self.value_amounts == "plain":
            return AmountTrend()
        found = AmountTrend.of_sums(columns["purchase_count"], columns["amount_sums"])
        if self.value_amounts == "index":
            return found.with_growth(self.value_amount_growth)
        return found

    def _value_cutoff_date(self):
        """The last day whose purchases count, in the company's own time zone."""
        self.ensure_one()
        return self.value_cutoff or self._today()
