from contextlib import contextmanager

from freezegun import freeze_time

from odoo.fields import Date

from .point_common import PointCommon

JANUARY, FEBRUARY, MARCH = "2024-01-31", "2024-02-29", "2024-03-31"


class LiabilityCommon(PointCommon):
    """A program of a tenth of a point for each unit of money, each point worth one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.point_redemption_share = 0.97
        cls.program.reward_ids.write(
            {"discount": 1, "discount_mode": "per_point", "required_points": 1}
        )
        cls.program.rule_ids.reward_point_amount = 0.1
        cls.liabilities = cls.env["loyalty.point.liability"].sudo()
        cls.liability_account = cls.env["account.account"].create(
            {
                "name": "Points owed",
                "code": "POINTS",
                "account_type": "liability_current",
            }
        )
        cls.revenue_account = cls.company_data["default_account_revenue"]
        cls.company.sudo().write(
            {
                "point_liability_account_id": cls.liability_account.id,
                "point_deferral_account_id": cls.revenue_account.id,
                "point_journal_id": cls.company_data["default_journal_misc"].id,
            }
        )

    @contextmanager
    def _on(self, day):
        """What happens inside is posted on that day."""
        self.env.flush_all()
        last = self.entries.sudo().search([], limit=1).id or 0
        with freeze_time(day):
            yield
            self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_point_entry SET create_date = %s WHERE id > %s", [day, last]
        )
        self.entries.invalidate_model(["create_date"])

    def _spend(self, points, partner=None):
        self._card(partner).sudo().points -= points

    def _value(self, day, program=None):
        return self.liabilities.create(
            {
                "program_id": (program or self.program).id,
                "company_id": self.company.id,
                "date": Date.to_date(day),
            }
        )

    def _currency(self, rate=None):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        if rate:
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2020-01-01", "rate": rate}
            )
        return currency
