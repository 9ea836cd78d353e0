from contextlib import contextmanager
from datetime import date, datetime, time
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.fields import Command

from ..common import TODAY, ValueCommon


class TierCommon(ValueCommon):
    """A program of three tiers over twelve months, on a day that the tests move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = freeze_time(TODAY)
        cls.frozen = cls.clock.start()
        cls.addClassCleanup(cls.clock.stop)
        cls.programs = cls.env["loyalty.tier.program"].sudo()
        cls.programs.search([]).active = False
        cls.memberships = cls.env["loyalty.tier.membership"].sudo()
        cls.program = cls._make_program()
        cls.silver, cls.gold, cls.platinum = cls.program.tier_ids

    def setUp(self):
        super().setUp()
        self._go(0)

    @classmethod
    def _make_program(cls, *, publish=True, thresholds=(500, 1_000, 3_000), **values):
        program = cls.programs.create(
            {
                "name": "Club",
                "company_id": cls.company.id,
                "grace_days": 30,
                "tier_ids": [
                    Command.create({"name": name, "threshold": threshold})
                    for name, threshold in zip(
                        ("Silver", "Gold", "Platinum"), thresholds, strict=False
                    )
                ],
                **values,
            }
        )
        if publish:
            program.action_publish()
        return program

    @classmethod
    def _go(cls, day):
        """To a day, or so many days from TODAY, with what the nights bring."""
        day = day if isinstance(day, date) else TODAY + relativedelta(days=day)
        cls.frozen.move_to(datetime.combine(day, time(12)))

    @classmethod
    def _night(cls, program=None):
        program = program or cls.program
        program._evaluate(cls.env["res.partner"].search([]).ids, program._today())

    @contextmanager
    def _scheduled(self, *seconds):
        """A job within it commits nothing, and has so much time left at each commit."""
        left = iter(seconds)
        with patch.object(
            type(self.env["ir.cron"]),
            "_commit_progress",
            side_effect=lambda *_args, **_kwargs: next(left, 0 if seconds else 60),
        ) as commits:
            yield commits

    @classmethod
    def _spend(cls, amount, partner=None):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "price_unit": amount})
                ],
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def _benefit(cls, tier, kind, **values):
        return (
            cls.env["loyalty.tier.benefit"]
            .sudo()
            .create({"name": kind, "tier_id": tier.id, "kind": kind, **values})
        )

    def _tier(self, partner=None, program=None):
        """The tier of today."""
        domain = self.memberships._current_domain((program or self.program)._today())
        found = self.memberships.search(
            [
                *domain,
                ("program_id", "=", (program or self.program).id),
                ("partner_id", "=", (partner or self.customer).id),
            ]
        )
        self.assertLessEqual(len(found), 1)
        return found.tier_id

    def _story(self, partner=None):
        """Tier, reason, first and last day, and how it ended, in order."""
        found = self.memberships.search(
            [("partner_id", "=", (partner or self.customer).id)], order="id"
        )
        return [
            (
                one.tier_id.name,
                one.reason,
                str(one.date_from),
                str(one.date_to),
                one.ending,
            )
            for one in found
        ]
