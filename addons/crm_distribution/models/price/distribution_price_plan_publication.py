from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.crm_suite.tools.dates import written_day

# Odoo's versions hold to the second, both ends included
SECOND = timedelta(seconds=1)
VARIANT = "0_product_variant"


class DistributionPricePlan(models.Model):
    """How prices become Odoo's pricelists: a version that adjoins the one before it."""

    _inherit = "distribution.price.plan"

    def action_publish(self):
        """One pricelist for each level that buys; what was there ends by date."""
        self.check_access("write")
        for plan in self:
            plan._check_open()
            plan._check_publishable()
            plan._publish()

    def action_withdraw(self):
        """Prices that have not begun are taken back, and those before them go on."""
        self.check_access("write")
        for plan in self:
            if plan.state != "published" or plan.valid_from <= plan._company_today():
                raise UserError(
                    self.env._(
                        "Only published prices that have not begun are taken back: "
                        "publish others from a later day."
                    )
                )
            plan._withdraw()

    def _company_today(self):
        return self.company_id._today()

    def _check_publishable(self) -> None:
        self.ensure_one()
        if not (self.level_ids and self.product_ids):
            raise UserError(
                self.env._("A plan without levels or products has no prices.")
            )
        if free := self.price_ids.filtered(
            lambda row: row.currency_id.compare_amounts(row.price, 0) <= 0
        ):
            raise UserError(
                self.env._(
                    "%(product)s has no price at %(level)s: state what it costs or "
                    "what the consumer pays.",
                    product=free[0].product_id.display_name,
                    level=free[0].level_id.name,
                )
            )
        if self.warning and not (self.over_reason or "").strip():
            raise UserError(
                self.env._(
                    "%s\n\nSay why it is published all the same (Reason to Publish).",
                    self.warning,
                )
            )
        today = self._company_today()
        if self.valid_from and self.valid_from < today:
            raise UserError(
                self.env._(
                    "Prices begin today (%s) or later: what was sold keeps its price.",
                    written_day(self.env, today),
                )
            )

    def _publish(self) -> None:
        self.ensure_one()
        # two plans published at one moment see each other
        self.env["suite.turn"]._take([f"prices {self.company_id.id}"])
        if not self.valid_from:
            self.valid_from = self._company_today() + timedelta(days=1)
        start = self.company_id._start_of_day(self.valid_from)
        lists = {line: self._pricelist_of(line) for line in self._ordered_levels()}
        versions = self._versions(lists.values())
        values = []
        for row in self.price_ids:
            pricelist = lists[row.level_line_id]
            there = versions.get((pricelist.id, row.product_id.id), [])
            values.append(
                {
                    "pricelist_id": pricelist.id,
                    "product_tmpl_id": row.product_id.product_tmpl_id.id,
                    "product_id": row.product_id.id,
                    "applied_on": VARIANT,
                    "compute_price": "fixed",
                    "fixed_price": row.price,
                    "date_start": start,
                    "date_end": self._make_room(there, start, row),
                    "distribution_price_id": row.id,
                }
            )
        # sudo: whoever plans prices need not change other pricelists
        self.env["product.pricelist.item"].sudo().create(values)
        for line, pricelist in lists.items():
            line._as_system().pricelist_id = pricelist
        self._as_system().write(
            {
                "state": "published",
                "published_on": fields.Datetime.now(),
                "published_by_id": self.env.uid,
            }
        )

    def _make_room(self, there, start: datetime, row):
        """End the version of before, and say when the next one begins.

        :raise UserError: there is one from that day
        """
        later = [item.date_start for item in there if _begins_after(item, start)]
        for item in there:
            if item.date_start == start:
                raise UserError(
                    self.env._(
                        "%(product)s has a price from %(day)s at %(level)s already, "
                        "by “%(plan)s”. Choose another day, or take that one back.",
                        product=row.product_id.display_name,
                        day=written_day(self.env, self.valid_from),
                        level=row.level_id.name,
                        plan=item.distribution_price_id.plan_id.name
                        or item.pricelist_id.name,
                    )
                )
            if not _begins_after(item, start) and _lasts_until(item, start):
                item.date_end = start - SECOND
        return min(later) - SECOND if later else False

    def _withdraw(self) -> None:
        self.ensure_one()
        self.env["suite.turn"]._take([f"prices {self.company_id.id}"])
        # sudo: whoever plans prices need not change other pricelists
        items = self.price_ids.sudo().pricelist_item_ids
        versions = self._versions(items.pricelist_id)
        for item in items:
            before = item.date_start - SECOND
            for other in versions[item.pricelist_id.id, item.product_id.id]:
                if other.date_end == before:
                    other.date_end = item.date_end
        items.unlink()
        self._as_system().write(
            {"state": "draft", "published_on": False, "published_by_id": False}
        )

    def _versions(self, pricelists) -> dict:
        """What these pricelists say of the plan's products, by both."""
        # sudo: whoever plans prices need not change other pricelists
        Item = self.env["product.pricelist.item"].sudo()
        items = Item.search(
            Domain("pricelist_id", "in", [one.id for one in pricelists])
            & Domain("product_id", "in", self.product_ids.product_id.ids)
            & Domain("applied_on", "=", VARIANT)
            & Domain("min_quantity", "<=", 1)
        )
        return items.grouped(lambda item: (item.pricelist_id.id, item.product_id.id))

    def _pricelist_of(self, line):
        """The one of the level that buys; made when its first prices are published."""
        buyer = line.buyer_level_id
        # sudo: whoever plans prices need not change other pricelists
        Pricelist = self.env["product.pricelist"].sudo()
        values = {
            "company_id": self.company_id.id,
            "distribution_level_id": buyer.id,
            "currency_id": line.currency_id.id,
        }
        found = Pricelist.with_context(active_test=False).search(
            [(name, "=", value) for name, value in values.items()], limit=1
        )
        if not found:
            found = Pricelist.create(
                {
                    "name": self.env._("Channel: %s", buyer.name),
                    # nobody's general pricelist, which is the first one
                    "sequence": 999,
                    "item_ids": [Command.clear()],
                    **values,
                }
            )
        elif not found.active:
            found.active = True
        return found


def _begins_after(item, moment: datetime) -> bool:
    return bool(item.date_start) and item.date_start > moment


def _lasts_until(item, moment: datetime) -> bool:
    return not item.date_end or item.date_end >= moment
