from collections import ChainMap
from collections.abc import Mapping

from odoo import api, models

from ..tools.declared import declared
from ..tools.numbers import check_numbers


class SuiteNumberMixin(models.AbstractModel):
    """No number enters that a column cannot hold or a computation not bear.

    Every number field of the model keeps to what its column holds; `_number_limits`
    names tighter limits, such as of days that are added to a date.
    """

    _name = "suite.number.mixin"
    _description = "Numbers within Limits"

    # lowest and highest value by field; each class of a model adds its own
    _number_limits: Mapping[str, tuple[float, float]] = {}

    @api.model
    def default_get(self, fields):
        sent = {name: self.env.context.get(f"default_{name}") for name in fields}
        self._check_number_limits(sent)
        return super().default_get(fields)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_number_limits(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_number_limits(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """A form computes with what was typed before it is saved."""
        self._check_number_limits(values)
        return super().onchange(values, field_names, fields_spec)

    def _check_number_limits(self, vals) -> None:
        limits = ChainMap(*reversed(declared(self, "_number_limits")))
        check_numbers(self, vals, limits)
