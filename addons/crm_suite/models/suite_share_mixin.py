from collections.abc import Mapping

from odoo import models
from odoo.tools import SQL


class SuiteShareMixin(models.AbstractModel):
    """In reports the share of a group is that of its sums, never a mean of shares.

    Such a field is in per cent, and is averaged (`aggregator="avg"`).
    """

    _name = "suite.share.mixin"
    _description = "Shares of Sums"

    # the fields whose sums are the part and the whole, by the share's field
    _shares: Mapping[str, tuple[str, str]] = {}

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, how = aggregate_spec.partition(":")
        if name not in self._shares or how != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (
            self._field_to_sql(self._table, field, query)
            for field in self._shares[name]
        )
        return SQL("100.0 * sum(%s) / nullif(sum(%s), 0)", part, whole)
