from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain

REVENUE_MONTHS = 12


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _revenue_by_company(self, company) -> dict[int, float]:
        """What the companies of these contacts were invoiced in the last year.

        In the currency of our company, without tax, credit notes deducted; by the id of
        the customer's company.
        """
        # sudo: a sum for those who may see the figure, whoever may read invoices
        moves = self.env["account.move"].sudo()
        since = company._today() - relativedelta(months=REVENUE_MONTHS)
        # sudo: as above
        customers = self.sudo().commercial_partner_id
        sums = moves._read_group(
            Domain("commercial_partner_id", "in", customers.ids)
            & Domain("company_id", "=", company.id)
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("state", "=", "posted")
            & Domain("invoice_date", ">=", since)
            & self.env["suite.trade"]._trades_domain(),
            ["commercial_partner_id"],
            ["amount_untaxed_signed:sum"],
        )
        return {customer.id: amount for customer, amount in sums}
