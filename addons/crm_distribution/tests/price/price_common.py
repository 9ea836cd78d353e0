from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

TODAY = date(2027, 6, 20)


class PriceCommon(BaseCommon):
    """A product that costs 60, three levels, and who plans prices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(datetime(2027, 6, 20, 12))
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.goods = cls.env["product.category"].create({"name": "Priced"})
        cls.product = cls._product("Pump", 60)
        cls.producer, cls.wholesaler, cls.retailer, cls.consumer = (
            cls.env.ref(f"crm_distribution.level_{kind}")
            for kind in ("producer", "wholesaler", "retailer", "consumer")
        )
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Borna Trade",
                "is_company": True,
                "distribution_level_id": cls.wholesaler.id,
            }
        )
        cls.plans = cls.env["distribution.price.plan"]
        cls.manager, cls.user = (
            new_test_user(
                cls.env, f"price_{right}", f"crm_distribution.group_channel_{right}"
            )
            for right in ("manager", "user")
        )

    @classmethod
    def _product(cls, name, cost, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "categ_id": cls.goods.id,
                "standard_price": cost,
                "list_price": 100,
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def _plan(cls, *percents, products=None, levels=None, **values):
        levels = levels or (cls.producer, cls.wholesaler, cls.retailer)
        return cls.plans.create(
            {
                "name": "Spring",
                "level_ids": [
                    Command.create(
                        {"level_id": level.id, "percent": percent, "sequence": number}
                    )
                    for number, (level, percent) in enumerate(
                        zip(levels, percents, strict=False)
                    )
                ],
                "product_ids": [
                    Command.create({"product_id": product.id})
                    for product in products or cls.product
                ],
                **values,
            }
        )

    @classmethod
    def _published(cls, day, *percents, **values):
        plan = cls._plan(*percents, valid_from=day, **values)
        plan.with_user(cls.manager).action_publish()
        return plan

    def _factor(self, plan, **values):
        values = {"name": "Given", "source": "Law", "kind": "government", **values}
        plan.write({"factor_ids": [Command.create(values)]})

    def _prices(self, plan, product=None):
        rows = plan.price_ids.filtered(
            lambda row: row.product_id == (product or self.product)
        )
        return rows.sorted("sequence").mapped("price")

    def _price_at(self, pricelist, moment, product=None):
        return pricelist._get_product_price(
            product or self.product, 1, date=datetime(*moment)
        )

    def _list_for(self, level):
        return self.env["product.pricelist"].search(
            [
                ("distribution_level_id", "=", level.id),
                ("company_id", "=", self.company.id),
            ]
        )
