from collections.abc import Callable
from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dates import day_at


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Another contact may be elsewhere, where it is another day."""
        res = super().write(vals)
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return res

    def _today(self):
        """The calendar day where this company is."""
        self.ensure_one()
        return self._today_in(self._zone(self.id))

    def _start_of_day(self, day: date) -> datetime:
        """The first moment of a day where this company is, in UTC."""
        self.ensure_one()
        start = datetime.combine(day, time(), ZoneInfo(self._zone(self.id)))
        return start.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _today_in(self, zone: str) -> date:
        return fields.Date.context_today(self.with_context(tz=zone))

    @api.model
    def _day_sql(self, company: SQL, moment: SQL) -> SQL:
        """The calendar day of a UTC timestamp where the company of its row is."""
        zone = self._by_zone_sql(company, lambda zone: zone)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)

    @api.model
    def _today_sql(self, company: SQL) -> SQL:
        """The calendar day it is now where the company of the row is."""
        return SQL("(%s)::date", self._by_zone_sql(company, self._today_in))

    @api.model
    def _by_zone_sql(self, company: SQL, value: Callable) -> SQL:
        """What is said of the zone of each row's company.

        A row without a company has what is said of the zone of whoever asks. In most
        databases that is one zone, and no row is looked at for it.
        """
        here = value(self._zone(self.env.company.id))
        elsewhere = {}
        for zone, ids in self._zones():
            if (other := value(zone)) != here:
                elsewhere.setdefault(other, []).extend(ids)
        if not elsewhere:
            return SQL("%s", here)
        cases = [
            SQL("WHEN %s = ANY(%s) THEN %s", company, ids, other)
            for other, ids in elsewhere.items()
        ]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), here)

    def _day_of(self, moment: datetime | None) -> date | None:
        """The calendar day of a moment (UTC) where this company is, if there is one."""
        self.ensure_one()
        return day_at(moment, self._zone(self.id))

    @api.model
    def _domain_by_day(
        self, of_day: Callable[[date], Domain], company: str = "company_id"
    ) -> Domain:
        """What each company's records are asked by the day that it is where it is.

        Records of no company go by the current company's day. It is one of three days
        anywhere, so that the question stays short.

        :param company: the field that says whose a record is
        """
        # sudo: which day it is anywhere is no secret
        everywhere = self.sudo().with_context(active_test=False).search([])
        by_day = everywhere.grouped(lambda one: one._today())
        if len(by_day) == 1:
            return of_day(*by_day)
        nobodys = self.env.company._today()
        return Domain.OR(
            Domain(company, "in", [*group.ids, *([False] if day == nobodys else [])])
            & of_day(day)
            for day, group in by_day.items()
        )

    @api.model
    @tools.ormcache("company_id")
    def _zone(self, company_id: int) -> str:
        # sudo: where it is is no secret
        return self.sudo().browse(company_id).partner_id.tz or "UTC"

    @api.model
    @tools.ormcache()
    def _zones(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Each zone, and the companies that are there."""
        # sudo: where they are is no secret
        companies = self.sudo().with_context(active_test=False).search([])
        places = companies.grouped(lambda one: one.partner_id.tz or "UTC")
        return tuple((zone, tuple(found.ids)) for zone, found in places.items())
