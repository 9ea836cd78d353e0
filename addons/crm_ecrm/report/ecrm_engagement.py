from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..metrics import engagement
from .named_rows import narrowed

# An id is the customer's times this, and the company's: so a row is found by its
# customer, without looking at all of them.
BASE = 100_000


class EcrmEngagement(models.Model):
    """How much each customer has to do with us, why, and whether it grows.

    Over the last 90 days, and over the 90 before them.
    """

    _name = "ecrm.engagement"
    _description = "Engagement of a Customer"
    _inherit = "suite.customer.data.mixin"
    _auto = False
    _order = "score desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    score = fields.Float("Engagement", readonly=True, digits=(4, 0), aggregator="avg")
    score_before = fields.Float(
        "90 Days Before", readonly=True, digits=(4, 0), aggregator="avg"
    )
    trend = fields.Float(readonly=True, digits=(4, 0), aggregator="avg")
    last_day = fields.Date("Last Heard of", readonly=True)
    last_order_on = fields.Date("Last Order", readonly=True)
    silent_days = fields.Integer(
        "Silent for (Days)",
        readonly=True,
        aggregator="max",
        help="Since the customer was last heard of; what we send him is no sign of him",
    )
    order_gap = fields.Integer(
        "Days between Orders", readonly=True, aggregator="avg", help="On average"
    )
    order_drift = fields.Float(
        "Drift of the Rhythm",
        readonly=True,
        digits=(6, 1),
        aggregator="avg",
        help="Days since the last order, in gaps between orders: 2 means that an order "
        "is one gap late",
    )
    reasons = fields.Char(
        compute="_compute_reasons",
        help="How often in 90 days, the points that it adds or takes away, and its "
        "share of all points added and taken away. The weights are a judgement.",
    )
    not_measured = fields.Char(compute="_compute_not_measured")

    @api.depends("score")
    def _compute_reasons(self):
        signals = self.env["ecrm.signal"]
        labels = dict(signals._select_source())
        measured = signals._sources()
        weights = self.env["ecrm.signal.weight"]._weights()
        by_today = (self.company_id | self.env.company).grouped(
            lambda one: one._today()
        )
        period = timedelta(days=engagement.PERIOD_DAYS)
        lately = Domain.OR(
            Domain("day", ">", today - period)
            & Domain("day", "<=", today)
            # what belongs to no company has the day of whoever asks
            & Domain(
                "company_id",
                "in",
                [*there.ids, *([False] if self.env.company in there else [])],
            )
            for today, there in by_today.items()
        )
        rows = signals._read_group(
            Domain("partner_id", "in", self.partner_id.ids) & lately,
            ["partner_id", "company_id", "source"],
            ["count:sum"],
        )
        counts: dict[tuple[int, int], dict[str, int]] = {}
        for partner, company, source, count in rows:
            counts.setdefault((partner.id, company.id), {})[source] = count
        for one in self:
            held = counts.get((one.partner_id.id, one.company_id.id), {})
            found = engagement.parts(held, measured, weights)
            one.reasons = ", ".join(
                self.env._(
                    "%(what)s: %(count)s (%(points)s, %(share)s %%)",
                    what=labels[part.source],
                    count=part.count,
                    points=f"{part.points:+.0f}",
                    share=f"{100 * part.share:.0f}",
                )
                for part in found
            ) or self.env._("Nothing for %s days", engagement.PERIOD_DAYS)

    def _compute_not_measured(self):
        left_out = ", ".join(self.env["ecrm.signal"]._not_measured())
        for one in self:
            one.not_measured = left_out

    def action_open_signals(self):
        """What the figure was made of."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.partner_id.display_name,
            "res_model": "ecrm.signal",
            "view_mode": "list,pivot,graph",
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }

    def _search(self, domain, *args, **kwargs):
        """A row that is named by its id is found by its customer."""
        domain = narrowed(
            domain,
            lambda ids: Domain("partner_id", "in", {id_ // BASE for id_ in ids}),
        )
        return super()._search(domain, *args, **kwargs)

    @property
    def _table_query(self) -> SQL:
        """Each source by customer first, so that every event is looked at once."""
        signals = self.env["ecrm.signal"]
        weights = self.env["ecrm.signal.weight"]._weights()
        events = signals._events()
        whole = engagement.attainable([source for *_, source, _ in events], weights)
        today = signals._today("company_id")
        period = engagement.PERIOD_DAYS
        parts = [
            SQL(
                """
                SELECT partner_id, company_id, %(is_order)s AS is_order,
                       %(most)s::float8 * least(count(*) FILTER (WHERE day >= %(now)s)
                                        / %(enough)s::float8, 1) AS latest,
                       %(most)s::float8 * least(count(*) FILTER (WHERE day < %(now)s
                                                           AND day >= %(before)s)
                                        / %(enough)s::float8, 1) AS former,
                       %(last_day)s AS last_day, %(first_order_on)s AS first_order_on,
                       %(days)s AS days
                  FROM (%(events)s) AS events
                 WHERE day <= %(today)s
                 GROUP BY partner_id, company_id
                """,
                is_order=source == "order",
                most=100 * weight.most / whole if whole else 0.0,
                enough=float(weight.enough),
                now=SQL("%s - %s", today, period - 1),
                before=SQL("%s - %s", today, 2 * period - 1),
                last_day=SQL(
                    "max(day)" if source in engagement.HEARD else "NULL::date"
                ),
                first_order_on=SQL("min(day)" if source == "order" else "NULL::date"),
                days=SQL(
                    "count(DISTINCT day)" if source == "order" else "NULL::bigint"
                ),
                events=query,
                today=today,
            )
            for _place, _all, source, query in events
            for weight in [weights.get(source, engagement.Weight(0, 1))]
        ]
        return SQL(
            """
            SELECT id, partner_id, company_id, score, score_before,
                   score - score_before AS trend, last_day,
                   %(today)s - last_day AS silent_days,
                   last_order_on, order_gap,
                   CASE WHEN order_gap > 0
                        THEN (%(today)s - last_order_on)::float / order_gap
                   END AS order_drift
              FROM (
                SELECT partner_id::bigint * %(base)s + coalesce(company_id, 0) AS id,
                       partner_id, company_id,
                       least(greatest(sum(latest), 0), 100) AS score,
                       least(greatest(sum(former), 0), 100) AS score_before,
                       max(last_day) AS last_day,
                       max(last_day) FILTER (WHERE is_order) AS last_order_on,
                       CASE WHEN max(days) > 1
                            THEN (max(last_day) FILTER (WHERE is_order)
                                  - min(first_order_on)) / (max(days) - 1)
                       END::integer AS order_gap
                  FROM (%(parts)s) AS source
                 GROUP BY partner_id, company_id
                ) AS figures
            """,
            today=today,
            base=BASE,
            parts=SQL(" UNION ALL ").join(parts),
        )
