from collections.abc import Callable
from datetime import date, datetime

import pytz

from odoo import api, fields, models, tools
from odoo.fields import Domain


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
        return fields.Date.context_today(self.with_context(tz=self._zone(self.id)))

    def _day_of(self, moment: datetime) -> date:
        """The calendar day of a moment where this company is."""
        self.ensure_one()
        place = pytz.timezone(self._zone(self.id))
        return pytz.utc.localize(moment).astimezone(place).date()

    def _first_moment(self, day: date) -> datetime:
        """When a calendar day begins where this company is, as records keep it."""
        self.ensure_one()
        place = pytz.timezone(self._zone(self.id))
        midnight = place.localize(datetime.combine(day, datetime.min.time()))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

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
