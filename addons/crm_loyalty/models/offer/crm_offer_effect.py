import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import day_number, read_columns, stage_columns
from odoo.addons.crm_suite.tools.work import work_through

from ...clv import Customers, Offer, OfferEffect, advise, buys_anyway
from .advice_words import REASONS, VERDICTS

BATCH_SIZE = 20_000
# where no customer bought twice, as the value ladder has it
CONVENTIONAL_INTERVAL = 90.0
ARM_TYPES = {
    "treated": "int2",
    "margin": "float8",
    "bought": "int2",
    "alive": "float8",
    "silent": "float8",
    "interval": "float8",
    "purchases": "int4",
    "usual_margin": "float8",
}
CUSTOMER_TYPES = {
    "partner_id": "int4",
    "alive": "float8",
    "silent": "float8",
    "interval": "float8",
    "purchases": "int4",
    "revenue": "float8",
    "margin": "float8",
    "contact_day": "int4",
}
MONEY = ("extra_margin", "margin_low", "margin_high", "cost", "use_cost")
STAGE_TYPES = {
    "partner_id": "int4",
    "verdict": "int2",
    "reason_code": "int2",
    "from_arms": "int2",
    **dict.fromkeys(MONEY, "int8"),
    "usual_margin": "int8",
    "anyway": "float8",
    "interval_days": "int4",
    "treated_count": "int4",
    "control_count": "int4",
}
NO_DAY = -1_000_000


class CrmOfferEffect(models.Model):
    """What is known of one offer in one company: past arms, and how far the night's
    advice has come.

    Written by the nightly job alone. Each batch is a transaction under a lock on its
    record, which also notes up to which customer advice was written: killed in the
    middle it goes on there, and a batch done twice changes nothing. From past arms to
    an effect, and from that to advice: arrays in between.
    """

    _name = "crm.offer.effect"
    _description = "Evidence on an Offer"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "offer_id, company_id"
    _rec_name = "offer_id"
    _company_links = {"offer_id"}
    _protected_fields = {
        "offer_id",
        "company_id",
        "fitted_on",
        "advised_on",
        "last_partner",
        "treated_count",
        "control_count",
        "effect",
        "usual_interval",
        "give_count",
        "wait_count",
        "withhold_count",
        "unclear_count",
    }

    offer_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    fitted_on = fields.Date(readonly=True)
    advised_on = fields.Date(
        "Advice As Of", readonly=True, help="Day on which all customers had advice."
    )
    last_partner = fields.Integer(
        readonly=True, help="Id up to which the night's advice is written."
    )
    treated_count = fields.Integer(
        "Had It", readonly=True, help="Members of past campaigns who were to get it."
    )
    control_count = fields.Integer(
        "Control Group",
        readonly=True,
        help="Members of the same campaigns who were not.",
    )
    effect = fields.Json(readonly=True, help="What the arms say, by kind of customer.")
    usual_interval = fields.Float(
        readonly=True, help="Days between purchases that half the customers stay below."
    )
    based_on = fields.Selection(
        [("arms", "Past campaigns"), ("rules", "Rules")],
        compute="_compute_based_on",
        help="Past campaigns tell once there are enough customers with the offer and "
        "enough in the control group.",
    )
    give_count = fields.Integer("Give", readonly=True)
    wait_count = fields.Integer("Wait", readonly=True)
    withhold_count = fields.Integer("Withhold", readonly=True)
    unclear_count = fields.Integer("Not Enough Evidence", readonly=True)

    _offer_company_uniq = models.UniqueIndex(
        "(offer_id, company_id)", "An offer has one record of evidence per company."
    )

    @api.depends("effect")
    def _compute_based_on(self):
        for record in self:
            record.based_on = "arms" if record.effect else "rules"

    def action_open_advice(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_offer_advice_action"
        )
        action["domain"] = [("effect_id", "=", self.id)]
        return action

    @api.model
    def _cron_advise(self, batch_size=BATCH_SIZE):
        self._follow_offers()
        work_through(self, self._due_domain, lambda effect: effect._work(batch_size))

    @api.model
    def _due_domain(self) -> Domain:
        today = fields.Date.today()
        return Domain("advised_on", "=", False) | Domain("advised_on", "<", today)

    @api.model
    def _follow_offers(self) -> None:
        """A record for each open offer and company with customers; none for others."""
        offers = self.env["loyalty.program"].search(
            self.env["loyalty.program"]._advised_domain()
        )
        values = self.env["crm.customer.value"]
        customers_of = [company for [company] in values._read_group([], ["company_id"])]
        wanted = {
            (offer.id, company.id)
            for offer in offers
            for company in customers_of
            if offer.company_id in (company, company.browse())
        }
        known = {(record.offer_id.id, record.company_id.id): record
                 for record in self.search([])}  # fmt: skip
        gone = [record.id for key, record in known.items() if key not in wanted]
        self.browse(gone).unlink()
        self.create(
            [
                {"offer_id": offer, "company_id": company}
                for offer, company in sorted(wanted - set(known))
            ]
        )

    @api.model
    def _advise_now(self, company, batch_size=BATCH_SIZE):
        """All of it in the caller's transaction; for scripts, never for a user."""
        self._follow_offers()
        effects = self.search([("company_id", "=", company.id)])
        for effect in effects:
            effect.write({"advised_on": False, "fitted_on": False, "last_partner": 0})
            while not effect.advised_on:
                effect._work(batch_size)
        return effects

    def _work(self, batch_size: int) -> None:
        """One step: fit, or advise the next customers, or finish the day."""
        self.ensure_one()
        today = fields.Date.today()
        if self.fitted_on != today:
            self.write({**self._fit(), "fitted_on": today, "last_partner": 0})
        elif upto := self._advise_batch(batch_size):
            self.last_partner = upto
        else:
            self._forget_vanished()
            self.write({**self._count_advice(), "advised_on": today})

    def _fit(self) -> dict:
        """What the arms of finished observations say, and the base's usual rhythm."""
        usual_interval = self._read_usual_interval()
        arms = read_columns(self.env.cr, self._arms_sql(), ARM_TYPES)
        treated = arms["treated"] == 1
        effect = OfferEffect.fit(
            self._customers_of(arms, usual_interval),
            treated,
            arms["margin"],
            arms["bought"] == 1,
            self.company_id.value_lapse_threshold,
        )
        return {
            "usual_interval": usual_interval,
            "treated_count": int(treated.sum()),
            "control_count": int((~treated).sum()),
            "effect": effect and effect.to_dict(),
        }

    def _arms_sql(self) -> SQL:
        """Members of this offer's programs as they were when the arms were drawn.

        What is known of them today would not do: it has changed by the offer. Programs
        that held nobody back tell nothing.
        """
        for name in ("crm.customer.program", "crm.customer.program.member"):
            self.env[name].flush_model()
        return SQL(
            """
            SELECT (member.arm = 'treated')::int, coalesce(member.margin, 0),
                   (member.revenue > 0)::int, member.alive_before,
                   member.silent_before, member.interval_before,
                   member.purchases_before, member.usual_margin_before
              FROM crm_customer_program_member member
              JOIN crm_customer_program program ON program.id = member.program_id
             WHERE program.loyalty_program_id = %(offer)s
               AND program.offer = 'discount' AND program.control_share > 0
               AND member.company_id = %(company)s
               AND member.observed_until < %(now)s AND member.measured_on IS NOT NULL
               AND member.purchases_before > 0
               AND member.usual_margin_before IS NOT NULL
             ORDER BY member.id
            """,
            offer=self.offer_id.id,
            company=self.company_id.id,
            now=fields.Datetime.now(),
        )

    def _read_usual_interval(self) -> float:
        [[usual]] = self.env.execute_query(
            SQL(
                """
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY mean_interval)
                  FROM crm_customer_value
                 WHERE company_id = %s AND mean_interval > 0
                """,
                self.company_id.id,
            )
        )
        return usual or CONVENTIONAL_INTERVAL

    @staticmethod
    def _customers_of(columns: dict, usual_interval: float) -> Customers:
        interval = np.where(
            columns["interval"] > 0, columns["interval"], usual_interval
        )
        return Customers(
            columns["alive"],
            columns["silent"] / interval,
            columns["purchases"],
            columns["usual_margin"],
        )

    def _advise_batch(self, size: int) -> int | None:
        """Advice for the next customers; the id of the last, None when none is left."""
        company = self.company_id
        cutoff = company._value_cutoff_date()
        columns = read_columns(
            self.env.cr, self._customers_sql(cutoff, size), CUSTOMER_TYPES
        )
        if not len(columns["partner_id"]):
            return None
        count = np.maximum(columns["purchases"], 1)
        revenue = columns["revenue"] / count
        # an unknown margin counts as none in the values: then nothing is known of it
        known = (columns["margin"] != 0) | (columns["revenue"] <= 0)
        columns["usual_margin"] = np.where(known, columns["margin"] / count, np.nan)
        customers = self._customers_of(columns, self.usual_interval)
        cost, floored = self.offer_id._usual_cost(revenue, company)
        anyway = buys_anyway(
            customers.alive,
            np.where(columns["interval"] > 0, columns["interval"], self.usual_interval),
            company.advice_days,
        )
        effect = OfferEffect.from_dict(self.effect) if self.effect else None
        found = advise(
            customers,
            Offer(
                cost,
                self._keeps_floor(revenue, customers.usual_margin, cost, floored),
            ),
            anyway,
            columns["contact_day"] > day_number(cutoff),
            lapse_threshold=company.value_lapse_threshold,
            response=company.advice_response,
            effect=effect,
        )
        arms = effect.arms_of(customers) if effect else (0 * count, 0 * count)
        cents = 10**company.currency_id.decimal_places
        money = dict(
            zip(
                (*MONEY, "usual_margin"),
                (found.extra_margin, found.low, found.high, found.cost, cost,
                 customers.usual_margin),
                strict=True,
            )
        )  # fmt: skip
        self._write_advice(
            {
                "partner_id": columns["partner_id"],
                "verdict": found.verdict,
                "reason_code": found.reason,
                "from_arms": found.from_arms,
                "anyway": np.round(anyway, 4),
                "interval_days": np.rint(columns["interval"]).astype(int),
                "treated_count": np.where(found.from_arms, arms[0], 0),
                "control_count": np.where(found.from_arms, arms[1], 0),
                **{
                    name: np.rint(np.nan_to_num(values) * cents).astype(np.int64)
                    for name, values in money.items()
                },
            }
        )
        return int(columns["partner_id"][-1])

    def _customers_sql(self, cutoff, size: int) -> SQL:
        return SQL(
            """
            SELECT partner_id, coalesce(alive, 0),
                   coalesce(%(cutoff)s::date - last_purchase, 0),
                   coalesce(mean_interval, 0), coalesce(purchase_count, 0),
                   coalesce(revenue, 0), coalesce(margin, 0),
                   coalesce(contact_before - date '2000-01-01', %(no_day)s)
              FROM crm_customer_value
             WHERE company_id = %(company)s AND partner_id > %(after)s
             ORDER BY partner_id LIMIT %(size)s
            """,
            cutoff=cutoff,
            no_day=NO_DAY,
            company=self.company_id.id,
            after=self.last_partner,
            size=size,
        )

    def _keeps_floor(self, revenue, margin, cost, discounted: bool):
        """Whether the usual order keeps the company's least margin after the offer."""
        left = revenue - cost if discounted else revenue
        floor = self.company_id.advice_margin_floor
        # an unknown margin or cost is no breach: it is answered as unknown
        return ~(margin - cost < floor * left)

    def _write_advice(self, columns: dict) -> None:
        cr = self.env.cr
        stage_columns(cr, "offer_advice_stage", STAGE_TYPES, columns)
        values = self._staged_advice_sql()
        names = [SQL.identifier(name) for name in values]
        comma = SQL(", ")
        cr.execute(
            SQL(
                """
                INSERT INTO crm_offer_advice AS advice
                       (effect_id, offer_id, company_id, partner_id, %(names)s)
                SELECT %(effect)s, %(offer)s, %(company)s, stage.partner_id, %(new)s
                  FROM offer_advice_stage stage
                  JOIN crm_customer_value value
                    ON value.partner_id = stage.partner_id
                   AND value.company_id = %(company)s
                    ON CONFLICT (effect_id, partner_id) DO UPDATE
                   SET (%(names)s) = ROW (%(excluded)s)
                 WHERE (%(old)s) IS DISTINCT FROM (%(excluded)s)
                """,
                names=comma.join(names),
                new=comma.join(values.values()),
                excluded=comma.join(SQL("excluded.%s", name) for name in names),
                old=comma.join(SQL("advice.%s", name) for name in names),
                effect=self.id,
                offer=self.offer_id.id,
                company=self.company_id.id,
            ),
            # losing a race is no error
            log_exceptions=False,
        )
        self.env["crm.offer.advice"].invalidate_model()

    def _staged_advice_sql(self) -> dict[str, SQL]:
        """Each stored column of advice as an expression over the stage and value."""
        values = {
            name: SQL("stage.%s", SQL.identifier(name))
            for name in STAGE_TYPES
            if name != "partner_id"
        }
        digits = self.company_id.currency_id.decimal_places
        values |= {
            name: SQL("%s * %s::numeric", values[name], f"1e-{digits}")
            for name in (*MONEY, "usual_margin")
        }
        for name, selection in (("verdict", VERDICTS), ("reason_code", REASONS)):
            keys = [key for key, _label in selection]
            values[name] = SQL("(%s::varchar[])[%s + 1]", keys, values[name])
        values["from_arms"] = SQL("stage.from_arms = 1")
        values["wait_until"] = SQL(
            "CASE WHEN stage.verdict = %s THEN value.contact_before END",
            [key for key, _label in VERDICTS].index("wait"),
        )
        return values

    def _forget_vanished(self) -> None:
        """Advice on customers who have no value any more."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_offer_advice advice
                 WHERE effect_id = %s
                   AND NOT EXISTS (SELECT FROM crm_customer_value value
                                    WHERE value.partner_id = advice.partner_id
                                      AND value.company_id = advice.company_id)
                """,
                self.id,
            )
        )
        self.env["crm.offer.advice"].invalidate_model()

    def _count_advice(self) -> dict:
        counts = dict(
            self.env["crm.offer.advice"]._read_group(
                [("effect_id", "=", self.id)], ["verdict"], ["__count"]
            )
        )
        return {f"{key}_count": counts.get(key, 0) for key, _label in VERDICTS}
