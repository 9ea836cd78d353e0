import calendar
from datetime import date, timedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day


class LoyaltyTierBenefit(models.Model):
    """Whom a gesture is due to, and on which day."""

    _inherit = "loyalty.tier.benefit"

    def _find_occasions(self, limit: int) -> list[tuple[int, date, int]]:
        """Contact, day and membership of occasions that come near unprepared."""
        self.ensure_one()
        today = self.program_id._today()
        days = [today + timedelta(step) for step in range(self.days_before + 1)]
        days = [day for day in days if self._valid_on(day)]
        if self.kind == "event":
            days = [day for day in days if day == self.event_date]
        if not days:
            return []
        self.env["res.partner"].flush_model()
        self.env["loyalty.tier.membership"].flush_model()
        self.env["loyalty.tier.gesture"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT contact.id, occasion.day, member.id
                  FROM (VALUES %(days)s) occasion (day, yearly)
                  JOIN loyalty_tier_membership member
                    ON occasion.day BETWEEN member.date_from AND member.date_to
                   AND member.tier_id = ANY(%(tiers)s)
                  JOIN res_partner contact ON %(whom)s
                 WHERE contact.active
                   AND NOT EXISTS (
                       SELECT FROM loyalty_tier_gesture made
                        WHERE made.benefit_id = %(benefit)s
                          AND made.partner_id = contact.id
                          AND made.date = occasion.day)
                 ORDER BY occasion.day, contact.id
                 LIMIT %(limit)s
                """,
                days=SQL(", ").join(map(_yearly_rows, days)),
                tiers=self._tiers_that_grant().ids,
                whom=self._recipients_sql(),
                benefit=self.id,
                limit=limit,
            )
        )

    def _tiers_that_grant(self):
        """Its own tier, and higher ones that have it too."""
        today = self.program_id._today()
        return self.program_id.tier_ids.filtered(
            lambda tier: self in tier._granted_benefits(today)
        )

    def _recipients_sql(self) -> SQL:
        if self.kind == "birthday":
            return SQL(
                """
                contact.commercial_partner_id = member.partner_id
                AND to_char(contact.customer_birthday, 'MM-DD') = occasion.yearly
                """
            )
        if self.kind == "anniversary":
            return SQL(
                """
                contact.id = member.partner_id
                AND EXISTS (
                    SELECT FROM loyalty_tier_membership first
                     WHERE first.program_id = member.program_id
                       AND first.partner_id = member.partner_id
                    HAVING to_char(min(first.date_from), 'MM-DD') = occasion.yearly
                       AND min(first.date_from) < occasion.day)
                """
            )
        return SQL("contact.id = member.partner_id")

    def _maker(self):
        return self.user_id or self.program_id.responsible_id or self.env.user

    def _gesture_reason(self, day) -> str:
        said = {
            "tier": self.tier_id.name,
            "program": self.program_id.name,
            "day": written_day(self.env, day),
        }
        if self.kind == "birthday":
            return self.env._("%(tier)s of %(program)s: birthday on %(day)s.", **said)
        if self.kind == "anniversary":
            return self.env._(
                "%(tier)s of %(program)s: a member for years on %(day)s.", **said
            )
        return self.env._(
            "%(tier)s of %(program)s: invite to the event on %(day)s.", **said
        )


def _yearly_rows(day: date) -> SQL:
    """A day beside the day and month that come again each year."""
    row = SQL("(%s::date, %s)", day, day.strftime("%m-%d"))
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        return SQL("%s, (%s::date, '02-29')", row, day)
    return row
