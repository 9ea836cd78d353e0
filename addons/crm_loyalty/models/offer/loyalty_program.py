import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache

from odoo.addons.crm_suite.tools.jobs import begin, idle_jobs

JOBS = ("crm_loyalty.cron_advise_offers", "crm_loyalty.cron_evaluate_overruled")
# Those that a company may give or not give to a customer.
OFFER_TYPES = (
    "coupons", "promotion", "promo_code", "next_order_coupons", "buy_x_get_y",
)  # fmt: skip


class LoyaltyProgram(models.Model):
    """A loyalty program as an offer that customers are advised on."""

    _inherit = "loyalty.program"

    advise_offer = fields.Boolean(
        "Advise Whom to Give It",
        help="Every night each customer gets an advice on this offer, which quotations "
        "show. Meant for offers that are made to some customers, not to all.",
    )
    can_advise = fields.Boolean(compute="_compute_can_advise")

    @api.depends("program_type")
    def _compute_can_advise(self):
        for program in self:
            program.can_advise = program.program_type in OFFER_TYPES

    @api.model
    @ormcache()
    def _any_advised(self) -> bool:
        """Whether there is, or may be, any advice: else quotations ask for none."""
        # sudo: of any company; it only spares everybody work
        env = self.sudo().with_context(active_test=False).env
        return bool(
            env["loyalty.program"].search_count([("advise_offer", "=", True)], limit=1)
            or env["crm.offer.advice"].search_count([], limit=1)
        )

    def _begin_advice(self) -> None:
        """With the first offer of all that asks for advice its jobs go to work."""
        advised = self.filtered("advise_offer")
        if advised:
            self._forget_answers()
        if advised and (jobs := idle_jobs(self.env, JOBS)):
            # sudo: of any company
            programs = self.sudo().with_context(active_test=False)
            others = [("advise_offer", "=", True), ("id", "not in", advised.ids)]
            # sudo: as above
            evidence = self.env["crm.offer.effect"].sudo()
            if not (
                programs.search_count(others, limit=1)
                or evidence.search_count([], limit=1)
            ):
                begin(jobs)

    @api.model
    def _advised_domain(self) -> Domain:
        """Open offers that somebody wants advice on."""
        return (
            Domain("advise_offer", "=", True)
            & Domain("active", "=", True)
            & Domain("program_type", "in", OFFER_TYPES)
            & (
                Domain("date_to", "=", False)
                | self.env["res.company"]._domain_by_day(
                    lambda day: Domain("date_to", ">=", day)
                )
            )
        )

    def _usual_cost(self, revenue, company):
        """What one use costs on orders of these revenues, nan where unknown, and
        whether it comes off the price.

        Of several rewards the customer takes the dearest. A discount on some products
        may fall on the whole usual order: the most it can cost counts.
        """
        rewards = self.reward_ids
        if not rewards:
            return np.full(len(revenue), np.nan), False
        costs = [reward._usual_cost(revenue, company) for reward in rewards]
        # nan, where one is unknown, stays unknown
        return np.max(costs, axis=0), any(
            reward.reward_type == "discount" for reward in rewards
        )
