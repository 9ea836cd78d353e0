import itertools

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.prefetch import SELDOM_READ


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "suite.number.mixin"]
    _number_limits = {
        "value_horizon_years": (1, 20),
        "value_discount_rate": (0, 1),
        "value_lapse_threshold": (0, 1),
        "value_class_a": (0, 1),
        "value_class_b": (0, 1),
        "value_class_c": (0, 1),
    }

    value_horizon_years = fields.Integer(
        "Value Horizon (Years)", default=3, prefetch=SELDOM_READ
    )
    value_discount_rate = fields.Float(
        "Yearly Discount Rate", default=0.10, prefetch=SELDOM_READ
    )
    value_lapse_threshold = fields.Float(
        "Lapse Threshold", default=0.30, prefetch=SELDOM_READ
    )
    value_class_a = fields.Float("Share of Class A", default=0.50, prefetch=SELDOM_READ)
    value_class_b = fields.Float(
        "Share up to Class B", default=0.80, prefetch=SELDOM_READ
    )
    value_class_c = fields.Float(
        "Share up to Class C", default=0.95, prefetch=SELDOM_READ
    )
    value_cutoff = fields.Date(
        "Value Customers as of",
        help="Purchases after this day are left out. Empty means today: set a day only "
        "for a closed history, such as a test or an archive.",
    )

    value_use_attributes = fields.Boolean(
        "Use Attributes",
        default=True,
        prefetch=SELDOM_READ,
        help="Industry, source, payment delay and the like correct how likely a "
        "customer still is one, where the back-test shows that they forecast better.",
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

    def _value_cutoff_date(self):
        """The last day whose purchases count, in the company's own time zone."""
        self.ensure_one()
        return self.value_cutoff or self._today()
