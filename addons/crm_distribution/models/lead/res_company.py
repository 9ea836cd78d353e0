from datetime import datetime, timedelta

import pytz

from odoo import fields, models

HOURS_OF_A_DAY = 24


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_offer_hours = fields.Integer(
        "Time to Answer an Offer (Hours)",
        default=48,
        help="Hours of working days: 48 hours are two working days.",
        groups="base.group_user",
    )

    distribution_manager_id = fields.Many2one(
        "res.users",
        "Channel Responsible",
        help="Is told when a decision is late, and owns what nobody else owns.",
        groups="base.group_user",
    )

    _distribution_offer_hours_range = models.Constraint(
        "CHECK (distribution_offer_hours BETWEEN 1 AND 2400)",
        "The time to answer an offer lies between 1 and 2,400 hours.",
    )

    def _distribution_deadline(self, start: datetime, hours: int) -> datetime:
        """When so many hours of working days are over, by the company's calendar.

        24 hours are one working day: a part of it goes by in working time alone, so
        that no deadline falls into the night or on a holiday.

        :param start: in UTC, without a zone, as the result
        """
        self.ensure_one()
        calendar = self.resource_calendar_id
        if calendar:
            working = hours * (calendar.hours_per_day or 8) / HOURS_OF_A_DAY
            end = calendar.plan_hours(
                working, pytz.utc.localize(start), compute_leaves=True
            )
            if end:
                return end.astimezone(pytz.utc).replace(tzinfo=None, microsecond=0)
        # a calendar without a single hour of work
        return start + timedelta(hours=hours)

    def _distribution_responsible(self):
        """Who is asked when nobody else answers for it."""
        self.ensure_one()
        if self.distribution_manager_id.active:
            return self.distribution_manager_id
        # sudo: whoever raises a question need not see the users
        group = self.env.ref("crm_distribution.group_channel_manager").sudo()
        managers = group.all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids
        )
        return managers.sorted("id")[:1].sudo(False)
