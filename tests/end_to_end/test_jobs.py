"""Scheduled jobs of all add-ons: off until there is something for them to do."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_loyalty.models.offer.loyalty_program import JOBS as ADVICE
from odoo.addons.crm_loyalty.models.points.loyalty_program_ledger import JOBS as LEDGER
from odoo.addons.crm_suite.tools.declared import declared

from dev import addons

# reads what Odoo sold, and not what is ours
ALWAYS = {"crm_loyalty.cron_refresh_values"}


@tagged("post_install", "-at_install")
class TestJobs(TransactionCase):
    """On a database in which nobody has begun to work with any add-on of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = cls.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "in", addons.names())]
        )
        cls.names = {row.res_id: row.complete_name for row in names}
        cls.jobs = cls.env["ir.cron"].browse(cls.names)
        cls.partner, cls.other = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Aras", "Borna")]
        )

    def _active(self):
        return {self.names[job.id] for job in self.jobs if job.active}

    def _by_model(self):
        """What each model says of its jobs."""
        return {
            name: frozenset().union(*declared(model, "_jobs"))
            for name, model in self.env.items()
            if "_jobs" in dir(model) and not model._abstract
        }

    def _first(self, model):
        """The first record of all, as whoever begins would make it."""
        today = "2026-06-30"
        values = {
            "crm.customer.program": lambda: {
                "name": "Stay",
                "segment_id": self.env["crm.customer.segment"]
                .create({"name": "All"})
                .id,
            },
            "crm.value.run": lambda: {
                "company_id": self.env.company.id,
                "cutoff": today,
                "state": "done",
            },
            "distribution.agreement": lambda: {
                "partner_id": self.partner.id,
                "date_from": today,
            },
            "distribution.link": lambda: {
                "supplier_id": self.partner.id,
                "buyer_id": self.other.id,
            },
            "distribution.policy": lambda: {"name": "Dense", "date_from": today},
            "distribution.registration": lambda: {
                "customer_name": "Kaveh Steel",
                "partner_id": self.partner.id,
                "category_id": self.env["product.category"]
                .create({"name": "Pumps"})
                .id,
            },
            "ecrm.idea.news": lambda: {
                "idea_id": self.env["ecrm.idea"]
                .create({"name": "Longer hours", "partner_id": self.partner.id})
                .id,
                "partner_id": self.other.id,
                "status": "planned",
            },
            "distribution.network.import": lambda: {"file": b"QQ=="},
            "distribution.reporter": lambda: {"partner_id": self.partner.id},
            "distribution.sellout": lambda: {
                "partner_id": self.partner.id,
                "file": b"QQ==",
            },
            "distribution.term": lambda: {
                "name": "Yearly rebate",
                "kind": "rebate",
                "base": "ordered",
                "partner_id": self.partner.id,
                "date_from": today,
            },
            "ecrm.mail": lambda: {
                "identity": "<first@example.com>",
                "raw": b"RnJvbTogYUBleGFtcGxlLmNvbQ==",
            },
        }
        made = values.get(model, lambda: {"name": "First"})()
        return self.env[model].create(made)

    def test_every_job_says_with_what_it_begins(self):
        begun = ALWAYS.union(LEDGER, ADVICE, *self._by_model().values())
        self.assertEqual(begun, {*self.names.values()})

    def test_the_first_record_begins_its_jobs_and_no_later_one_does(self):
        for model, names in self._by_model().items():
            with self.subTest(model), self.env.cr.savepoint():
                self.jobs.active = False
                self.assertTrue(self.env[model]._is_first_use())
                self._first(model)
                self.assertLessEqual(names, self._active())
                # whoever switches them off now has them off
                self.assertFalse(self.env[model]._is_first_use())
