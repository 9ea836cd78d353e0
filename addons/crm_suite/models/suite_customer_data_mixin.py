from functools import partial

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class SuiteCustomerDataMixin(models.AbstractModel):
    """What is known of a customer is seen by those who may see the customer.

    For models with a ``partner_id``. Their own rights and rules come first; on top, a
    record is hidden wherever ``res.partner``'s rules hide its customer.
    """

    _name = "suite.customer.data.mixin"
    _description = "Data on a Customer"

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        query = super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
        if not (self.env.su or bypass_access):
            query.add_where(self._visible_customers_sql(query))
        return query

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not any(self._ids):
            return result
        # sudo: to find out whose data it is, not to show it
        customers = self.sudo().partner_id.sudo(False)
        hidden = customers - customers._filtered_access("read")
        if not hidden:
            return result
        forbidden, error = result or (
            self.browse(),
            partial(self.env["ir.rule"]._make_access_error, "read", hidden),
        )
        # sudo: as above
        unseen = self.sudo().filtered(lambda record: record.partner_id in hidden.sudo())
        return forbidden | unseen.sudo(False), error

    def _visible_customers_sql(self, query) -> SQL:
        """The condition that a record's customer is visible.

        Put into the finished query, since another part of the domain would have the
        whole of it optimized anew.
        """
        customers = self.env["res.partner"].with_context(active_test=False)
        return SQL(
            "%s IN %s",
            self._field_to_sql(query.table, "partner_id", query),
            customers._search(Domain.TRUE).subselect(),
        )
