from datetime import timedelta
from functools import partial

import numpy as np

from ..common import TODAY, ValueCommon

DAYS = 700


class AttributeCommon(ValueCommon):
    """A base whose customers leave by industry, drawn and brought in as an import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakeries, cls.printers = cls.env["res.partner.industry"].create(
            [{"name": "Bakeries"}, {"name": "Printers"}]
        )

    @classmethod
    def _draw_base(cls, count=500, driven=True, seed=3):
        """Half are printers, who leave five times as often where ``driven``.

        :return: the customers
        """
        rng = np.random.default_rng(seed)
        prints = np.arange(count) % 2 == 1
        customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number:03}",
                    "industry_id": (cls.printers if p else cls.bakeries).id,
                }
                for number, p in enumerate(prints)
            ]
        )
        leave = np.where(prints & driven, 0.35, 0.07)
        cls._import(customers, partial(cls._draw_days, rng), leave)
        return customers

    @classmethod
    def _import(cls, customers, draw_days, leave):
        source = cls.env["crm.purchase.import"].sudo().create({})
        cls.env["crm.purchase.import.line"].sudo().create(
            [
                {
                    "import_id": source.id,
                    "company_id": cls.company.id,
                    "partner_id": customer.id,
                    "date": TODAY - timedelta(days=day),
                    "revenue": 100,
                    "margin": 40,
                    "key": f"{customer.id} {day}",
                }
                for customer, chance in zip(customers, leave, strict=True)
                for day in draw_days(chance)
            ]
        )
        source.state = "done"

    @staticmethod
    def _draw_days(rng, leave):
        """How many days ago one customer bought."""
        rate = rng.gamma(3.0, 1 / 100.0)
        day = rng.uniform(200, DAYS)
        days = {int(day)}
        while rng.random() > leave:
            day -= rng.exponential(1 / rate)
            if day < 0:
                break
            days.add(int(day))
        return days
