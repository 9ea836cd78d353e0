from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ..common import TODAY, ValueCommon


class OfferCommon(ValueCommon):
    """An offer of five per cent, and four customers whose values are given: one in his
    rhythm, one late, one gone, one who never bought.

    A usual order is 100 with a margin of 40: one use costs 5.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.effects = cls.env["crm.offer.effect"].sudo()
        cls.advices = cls.env["crm.offer.advice"].sudo()
        cls.offer = cls._make_offer("Five Off", discount=5)
        cls.regular, cls.late, cls.gone, cls.prospect = cls.env["res.partner"].create(
            [{"name": name} for name in ("Regular", "Late", "Gone", "Prospect")]
        )
        cls._give_value(
            cls.regular, alive=0.95, silent=10, lifecycle="loyal",
            contact_before=TODAY + timedelta(days=40),
        )  # fmt: skip
        cls._give_value(cls.late, alive=0.4, silent=70, lifecycle="at_risk")
        cls._give_value(cls.gone, alive=0.05, silent=600, lifecycle="lost")
        cls.values.create(
            {
                "partner_id": cls.prospect.id,
                "company_id": cls.company.id,
                "lifecycle": "potential",
            }
        )

    @classmethod
    def _make_offer(cls, name, program_type="coupons", **reward):
        return cls.env["loyalty.program"].create(
            {
                "name": name,
                "program_type": program_type,
                "company_id": cls.company.id,
                "advise_offer": True,
                "rule_ids": [Command.clear(), Command.create({})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", **reward}),
                ],
            }
        )

    @classmethod
    def _value_of(cls, partner, alive, silent, purchases=10, company=None, **values):
        return {
            "partner_id": partner.id,
            "company_id": (company or cls.company).id,
            "alive": alive,
            "last_purchase": TODAY - timedelta(days=silent),
            "purchase_count": purchases,
            "mean_interval": 30,
            "revenue": 100 * purchases,
            "margin": 40 * purchases,
            **values,
        }

    @classmethod
    def _give_value(cls, partner, **values):
        return cls.values.create(cls._value_of(partner, **values))

    @classmethod
    def _advise(cls, company=None, **options):
        effects = cls.effects._advise_now(company or cls.company, **options)
        cls.env.invalidate_all()
        return effects

    def _advice(self, partner, offer=None):
        return self.advices.search(
            [
                ("partner_id", "=", partner.id),
                ("offer_id", "=", (offer or self.offer).id),
            ]
        )

    @classmethod
    def _past_program(cls, customers=650, control=4 / 13, buys=(0.2, 0.6), **values):
        """A finished program with the offer: late customers who buy with these
        probabilities when held back and when touched."""
        program = cls.env["crm.customer.program"].create(
            {
                "name": "Last Year",
                "offer": "discount",
                "loyalty_program_id": cls.offer.id,
                "control_share": control,
                **values,
            }
        )
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(customers)]
        )
        held = round(customers * control)
        long_ago = fields.Datetime.now() - timedelta(days=200)
        rows = []
        for number, partner in enumerate(partners):
            arm = "control" if number < held else "treated"
            number_in_arm = number if number < held else number - held
            of_arm = held if number < held else customers - held
            bought = number_in_arm < buys[arm == "treated"] * of_arm
            rows.append(
                {
                    "program_id": program.id,
                    "company_id": cls.company.id,
                    "partner_id": partner.id,
                    "arm": arm,
                    "draw": number / customers,
                    "enrolled_at": long_ago,
                    "observed_until": long_ago + timedelta(days=90),
                    "measured_on": fields.Date.today(),
                    "revenue": 95.0 * bought,
                    "margin": (40.0 if arm == "control" else 35.0) * bought,
                    "alive_before": 0.4,
                    "silent_before": 70,
                    "interval_before": 30,
                    "purchases_before": 10,
                    "usual_margin_before": 40,
                }
            )
        members = cls.env["crm.customer.program.member"].sudo()
        members.with_context(tracking_disable=True).create(rows)
        return program
