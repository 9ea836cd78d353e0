from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.work import work_through

from .advice_words import DECISIONS, VERDICTS

BATCH_SIZE = 5_000


class CrmOfferOverrule(models.Model):
    """Advice that a salesperson overruled: what was advised, what was done instead and
    why, and what the customer then brought."""

    _name = "crm.offer.overrule"
    _description = "Overruled Offer Advice"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.customer.data.mixin",
    ]
    _order = "id desc"
    _rec_name = "partner_id"
    _company_links = {"offer_id", "order_id"}
    _protected_fields = {
        "order_id",
        "partner_id",
        "company_id",
        "offer_id",
        "user_id",
        "overruled_on",
        "advised",
        "advised_text",
        "from_arms",
        "decision",
        "reason",
        "expected_margin",
        "evaluate_on",
        "evaluated_on",
        "offer_used",
        "outcome_margin",
        "margin_difference",
    }

    order_id = fields.Many2one(
        "sale.order", "Quotation", readonly=True, index=True, ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    offer_id = fields.Many2one(
        "loyalty.program", readonly=True, index=True, ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users", "Overruled By", required=True, readonly=True, ondelete="restrict"
    )
    overruled_on = fields.Date(required=True, readonly=True)
    advised = fields.Selection(VERDICTS, required=True, readonly=True)
    advised_text = fields.Char("Advice", readonly=True)
    from_arms = fields.Boolean("From Past Campaigns", readonly=True)
    decision = fields.Selection(DECISIONS, required=True, readonly=True)
    reason = fields.Text("Why Overruled", required=True, readonly=True)

    expected_margin = fields.Monetary(
        "Margin Expected with the Advice",
        readonly=True,
        help="Of all purchases until the day of evaluation, had it been followed.",
    )
    evaluate_on = fields.Date(required=True, readonly=True)
    evaluated_on = fields.Date(readonly=True)
    offer_used = fields.Boolean(
        "Got the Offer", readonly=True, help="The quotation holds its reward."
    )
    outcome_margin = fields.Monetary(
        "Margin Since",
        readonly=True,
        help="Of all purchases from the day it was overruled to the day of evaluation.",
    )
    margin_difference = fields.Monetary(
        "More than Expected", readonly=True, help="Below zero: the advice was better."
    )

    _due_idx = models.Index("(evaluate_on) WHERE evaluated_on IS NULL")

    @api.model
    def _cron_evaluate(self, batch_size=BATCH_SIZE):
        work_through(
            self,
            lambda: (
                Domain("evaluated_on", "=", False)
                & self.env["res.company"]._domain_by_day(
                    lambda day: Domain("evaluate_on", "<=", day)
                )
            ),
            lambda records: records._evaluate(),
            batch_size,
        )

    def _evaluate(self) -> None:
        """One statement for all of these."""
        self.flush_model()
        self.env["sale.order.line"].flush_model(["order_id", "reward_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_offer_overrule overrule
                   SET evaluated_on = %(today)s,
                       outcome_margin = outcome.margin,
                       margin_difference =
                           outcome.margin - coalesce(overrule.expected_margin, 0),
                       offer_used = EXISTS (
                           SELECT FROM sale_order_line line
                             JOIN loyalty_reward reward ON reward.id = line.reward_id
                            WHERE line.order_id = overrule.order_id
                              AND reward.program_id = overrule.offer_id)
                  FROM (SELECT chosen.id, coalesce(sum(bought.margin), 0) AS margin
                          FROM crm_offer_overrule chosen
                          JOIN res_partner person ON person.id = chosen.partner_id
                     LEFT JOIN (%(purchases)s) bought
                            ON bought.partner_id = person.commercial_partner_id
                           AND bought.company_id = chosen.company_id
                           AND bought.date BETWEEN chosen.overruled_on
                                               AND chosen.evaluate_on
                         WHERE chosen.id IN %(ids)s
                         GROUP BY chosen.id) outcome
                 WHERE outcome.id = overrule.id
                """,
                today=fields.Date.today(),
                purchases=self.env["crm.purchase"]._table_query,
                ids=self._ids,
            )
        )
        self.invalidate_recordset()
