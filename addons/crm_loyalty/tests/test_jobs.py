from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

ALWAYS = {"cron_refresh_values"}
# What is made for the first time, and which jobs go to work with it.
FIRST = {
    ("crm.need", "crm_need"): {"cron_refresh_needs"},
    ("crm.value.run", "crm_value_run"): {"cron_score_values"},
    ("crm.purchase.import", "crm_purchase_import"): {"cron_process_purchase_imports"},
    ("crm.customer.program", "crm_customer_program"): {
        "cron_enrol_members",
        "cron_touch_members",
        "cron_measure_programs",
    },
    ("loyalty.tier.program", "loyalty_tier_program"): {
        "cron_evaluate_tiers",
        "cron_prepare_gestures",
    },
}
LEDGER = {
    "cron_close_points_day",
    "cron_send_points_notices",
    "cron_reconcile_points",
    "cron_value_points_liability",
}
ADVICE = {"cron_advise_offers", "cron_evaluate_overruled"}


@tagged("post_install", "-at_install")
class TestJobs(TransactionCase):
    """A job is off before there is anything for it to do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = dict(
            cls.env["ir.model.data"]
            .search([("model", "=", "ir.cron"), ("module", "=", "crm_loyalty")])
            .mapped(lambda row: (row.res_id, row.name))
        )
        cls.jobs = cls.env["ir.cron"].browse(cls.names)
        # as after the installation
        cls.jobs.active = False
        cls.env.flush_all()
        cls.env["loyalty.program"].search([]).active = False
        cls.env.cr.execute(
            "UPDATE loyalty_program SET keep_ledger = FALSE, ledger_ended = NULL,"
            " advise_offer = FALSE"
        )
        for table in (*(table for _model, table in FIRST), "crm_offer_effect"):
            cls.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
        cls.env.invalidate_all()
        cls.env.registry.clear_cache()

    def _active(self):
        return {self.names[job.id] for job in self.jobs if job.active}

    def test_every_job_begins_with_something(self):
        jobs = ALWAYS.union(LEDGER, ADVICE, *FIRST.values())
        self.assertEqual(jobs, {*self.names.values()})

    def test_the_first_record_begins_its_jobs_and_no_other(self):
        for (model, _table), jobs in FIRST.items():
            with self.subTest(model):
                self.jobs.active = False
                vals = {"name": "First"}
                if model == "crm.value.run":
                    vals = {
                        "company_id": self.env.company.id,
                        "cutoff": "2026-06-30",
                        "state": "done",
                    }
                if model == "crm.customer.program":
                    vals["segment_id"] = (
                        self.env["crm.customer.segment"].create({"name": "All"}).id
                    )
                self.env[model].create(vals)
                self.assertEqual(self._active(), jobs)
                # switched off by hand they stay so
                self.jobs.active = False
                self.env[model].create(vals)
                self.assertFalse(self._active())

    def test_the_first_ledger_and_the_first_offer_begin_theirs(self):
        programs = self.env["loyalty.program"]
        plain = programs.create({"name": "Odoo's"})
        self.assertFalse(self._active())
        programs.create({"name": "Ours", "keep_ledger": True})
        self.assertEqual(self._active(), LEDGER)
        self.jobs.active = False
        plain._switch_on()
        plain._switch_off()
        plain._switch_on()
        self.assertFalse(self._active())
        offer = programs.create({"name": "Offer", "program_type": "coupons"})
        offer.advise_offer = True
        self.assertEqual(self._active(), ADVICE)

    def test_switching_a_ledger_on_begins_its_jobs(self):
        self.env["loyalty.program"].create({"name": "Odoo's"})._switch_on()
        self.assertEqual(self._active(), LEDGER)
