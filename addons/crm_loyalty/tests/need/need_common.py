from ..common import ValueCommon


class NeedCommon(ValueCommon):
    """Two needs, each served by a category, and a product in each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs_of_needs = cls.env["crm.need.run"].sudo()
        categories = cls.env["product.category"].create(
            [{"name": "Beans"}, {"name": "Cups"}]
        )
        cls.beans, cls.cups = (
            cls._make_product(name, price=100, cost=60) for name in ("Beans", "Cups")
        )
        cls.beans.categ_id, cls.cups.categ_id = categories
        cls.coffee, cls.drinking = cls.env["crm.need"].create(
            [
                {"name": "Coffee", "category_ids": categories[0].ids},
                {"name": "Drinking", "category_ids": categories[1].ids},
            ]
        )

    @classmethod
    def _buy(cls, partner, product, day=30, quantity=1):
        return cls._order(
            partner, day, [{"product_id": product.id, "product_uom_qty": quantity}]
        )

    @classmethod
    def _order(cls, partner, day, lines, **values):
        return super()._order(partner, day, lines=lines, **values)

    def _read(self, company=None):
        run = self.runs_of_needs._refresh_now(company or self.company)
        self.env.invalidate_all()
        return run

    def _need(self, partner, need, company=None):
        return self.env["crm.partner.need"].search(
            [
                ("partner_id", "=", partner.id),
                ("need_id", "=", need.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def _state(self, partner, need, strength, **values):
        return self.env["crm.partner.need"].create(
            {
                "partner_id": partner.id,
                "need_id": need.id,
                "strength": strength,
                **values,
            }
        )
