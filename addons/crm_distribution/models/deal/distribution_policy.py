from datetime import datetime, time

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain

from ...channel.policy import Question, covers

LOOK_BACK = relativedelta(months=12)


class DistributionPolicy(models.Model):
    _inherit = "distribution.policy"

    def _sales_without_place(self, tried: models.BaseModel):
        """What-if: orders of intermediaries who would have no place in its scope.

        Delivered there in the last twelve months, under no agreement of the buyer's
        that covers it. Where everybody may sell, everybody has a place.
        """
        self.ensure_one()
        orders = self.env["sale.order"]
        if tried.kind == "intensive":
            return orders
        company = self.company_id
        today = company._today()
        since = datetime.combine(today - LOOK_BACK, time.min)
        goods = Domain("order_line.product_id", "!=", False)
        if tried.category_id:
            goods = Domain(
                "order_line.product_id.categ_id", "child_of", tried.category_id.ids
            )
        found = orders.search(
            goods
            & Domain("company_id", "=", company.id)
            & Domain("state", "in", ("draft", "sent", "sale"))
            & Domain("date_order", ">=", since)
            & Domain(
                "partner_id.commercial_partner_id.distribution_level_id", "!=", False
            )
        )
        places = found.partner_shipping_id._distribution_territories(company)
        asked = []
        for order in found:
            place = places[order.partner_shipping_id.id]
            if not covers(
                tried.territory_id.parent_path or "", place.parent_path or ""
            ):
                continue
            asked += [
                (order, Question(company.id, category.id, place.id, today))
                for category in order._sold_categories()
                if covers(tried.category_id.parent_path or "", category.parent_path)
            ]
        # sudo: whoever sets policies is told of all promises
        agreements = self.env["distribution.agreement"].sudo()
        scopes = agreements._in_scope([question for _order, question in asked])
        without = (
            order
            for (order, _question), ids in zip(asked, scopes, strict=True)
            if order.partner_id.commercial_partner_id
            not in agreements.browse(ids).partner_id
        )
        return orders.union(*without)
