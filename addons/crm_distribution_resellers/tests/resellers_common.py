from odoo.addons.crm_distribution.tests.lead.lead_common import LeadCommon


class ResellersCommon(LeadCommon):
    """Two intermediaries with a login each, and resellers where no policy is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ava = cls._make_partner("Ava", cls.in_tehran)
        cls.bita = cls._make_partner("Bita", cls.in_tehran)
        cls.anahita = cls._make_user("anahita", cls.ava)
        cls.borna = cls._make_user("borna", cls.bita)
        cls.countries = cls.env["res.country"].create(
            [
                {"name": f"Far {letter}", "code": f"Y{number}"}
                for number, letter in enumerate("ABC")
            ]
        )
        cls.resellers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Reseller {country.name}",
                    "country_id": country.id,
                    "partner_weight": 10,
                    "partner_latitude": 10.0 + 10 * number,
                    "partner_longitude": 10.0,
                }
                for number, country in enumerate(cls.countries)
            ]
        )

    def _uncovered_leads(self, **values):
        self.policy.action_end()
        return self.env["crm.lead"].create(
            [
                self._lead_values(
                    country.name,
                    country_id=country.id,
                    state_id=False,
                    partner_latitude=10.0 + 10 * number,
                    partner_longitude=10.0,
                    **values,
                )
                for number, country in enumerate(self.countries)
            ]
        )

    def _offered_to(self, partner, **values):
        """A lead that was offered to this one, the other having a pause since."""
        other = (self.ava | self.bita) - partner
        other.distribution_paused = True
        lead = self._make_lead(**{"name": "Wanted: pumps", **values})
        self.assertEqual(lead.distribution_route_id.partner_id, partner)
        other.distribution_paused = False
        return lead

    def _taken_by(self, partner, **values):
        lead = self._offered_to(partner, **values)
        lead.distribution_route_id._accept(partner)
        return lead

    def _registered_deal(self, customer="Kaveh Steel"):
        """A deal that Ava brought, approved, with its opportunity."""
        deal = self.env["distribution.registration"]._submit(
            self.ava,
            self.company,
            {
                "customer_name": customer,
                "customer_email": f"buy@{customer.split()[-1].lower()}.example",
                "customer_country_id": self.country.id,
                "category_id": self.goods.id,
                "amount_expected": 1000,
            },
            (),
        )
        deal._approve()
        deal.action_create_opportunity()
        return deal
