from datetime import timedelta

from .common import NetworkCommon


class TestContactEfficiency(NetworkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wholesaler, cls.second = (
            cls.make_partner(
                name,
                distribution_level_id=cls.env.ref(
                    "crm_distribution.level_wholesaler"
                ).id,
            )
            for name in ("Wholesaler", "Second")
        )
        cls.producers = [cls.make_partner(f"Producer {n}") for n in range(3)]
        cls.retailers = [cls.make_partner(f"Retailer {n}") for n in range(4)]

    def links_of(self, intermediary, **values):
        ends = [(producer, intermediary) for producer in self.producers]
        ends += [(intermediary, retailer) for retailer in self.retailers]
        return self.env["distribution.link"].create(
            [
                {"supplier_id": one.id, "buyer_id": other.id, **values}
                for one, other in ends
            ]
        )

    def row(self, partner):
        return self.env["distribution.contact.efficiency"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def test_three_producers_and_four_retailers(self):
        """C131: 12 contacts or 7; with two of them it stops paying."""
        self.company.distribution_contact_cost = 10
        self.links_of(self.wholesaler)
        row = self.row(self.wholesaler)
        self.assertRecordValues(
            row,
            [
                {
                    "suppliers": 3,
                    "buyers": 4,
                    "direct": 12,
                    "through": 7,
                    "saved": 5,
                    "gain": 50,
                }
            ],
        )
        self.assertAlmostEqual(row.break_even, 12 / 7)
        self.assertIn("7 contacts in place of 12", row.reason)
        self.assertFalse(self.row(self.retailers[0]))

    def test_links_of_other_goods_and_days_count_once_or_not(self):
        yesterday = self.company._today() - timedelta(days=1)
        self.links_of(self.wholesaler, category_id=self.drinks.id)
        self.links_of(self.wholesaler, category_id=self.tools.id)
        self.links_of(self.second, date_to=yesterday)
        self.assertEqual(self.row(self.wholesaler).saved, 5)
        self.assertFalse(self.row(self.second))

    def test_intermediary_of_two_saves_none(self):
        producer, retailer = self.producers[0], self.retailers[0]
        self.env["distribution.link"].create(
            [
                {"supplier_id": producer.id, "buyer_id": self.wholesaler.id},
                {"supplier_id": self.wholesaler.id, "buyer_id": retailer.id},
            ]
        )
        row = self.row(self.wholesaler)
        self.assertEqual(row.saved, -1)
        self.assertIn("2 contacts, and 1 without it", row.reason)

    def test_figure_opens_its_links(self):
        links = self.links_of(self.wholesaler)
        action = self.row(self.wholesaler).action_view_links()
        found = self.env["distribution.link"].search(action["domain"])
        self.assertEqual(found, found & links)
        self.assertEqual(len(found), 7)
