from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics import engagement


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
    reasons = fields.Char(compute="_compute_reasons")
    not_measured = fields.Char(compute="_compute_not_measured")

    @api.depends("score")
    def _compute_reasons(self):
        signals = self.env["ecrm.signal"]
        labels = dict(signals._select_source())
        measured = signals._sources()
        since = self._since(1)
        rows = signals._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("day", ">=", since),
                ("day", "<=", fields.Date.today()),
            ],
            ["partner_id", "company_id", "source"],
            ["count:sum"],
        )
        counts: dict[tuple[int, int], dict[str, int]] = {}
        for partner, company, source, count in rows:
            counts.setdefault((partner.id, company.id), {})[source] = count
        for one in self:
            held = counts.get((one.partner_id.id, one.company_id.id), {})
            found = engagement.parts(held, measured)
            one.reasons = ", ".join(
                self.env._(
                    "%(what)s: %(count)s (%(points)s)",
                    what=labels[part.source],
                    count=part.count,
                    points=f"{part.points:+.0f}",
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

    @api.model
    def _since(self, periods: int):
        days = timedelta(days=engagement.PERIOD_DAYS * periods)
        return fields.Date.today() - days + timedelta(days=1)

    @property
    def _table_query(self) -> SQL:
        signals = self.env["ecrm.signal"]
        measured = signals._sources()
        now, before = self._since(1), self._since(2)
        this = SQL("day >= %s", now)
        former = SQL("day >= %s AND day < %s", before, now)
        today = fields.Date.today()
        return SQL(
            """
            SELECT id, partner_id, company_id, score, score_before,
                   score - score_before AS trend, last_day, last_order_on, order_gap,
                   CASE WHEN order_gap > 0
                        THEN (%(today)s::date - last_order_on)::float / order_gap
                   END AS order_drift
              FROM (
                SELECT min(id) AS id, partner_id, company_id,
                       %(score)s AS score, %(score_before)s AS score_before,
                       max(day) FILTER (WHERE source <> 'late') AS last_day,
                       max(day) FILTER (WHERE source = 'order') AS last_order_on,
                       CASE WHEN count(*) FILTER (WHERE source = 'order') > 1
                            THEN (max(day) FILTER (WHERE source = 'order')
                                  - min(day) FILTER (WHERE source = 'order'))
                                 / (count(*) FILTER (WHERE source = 'order') - 1)
                       END AS order_gap
                  FROM (%(signals)s) AS signal
                 WHERE day <= %(today)s
                 GROUP BY partner_id, company_id
                ) AS figures
            """,
            today=today,
            score=_score(measured, this),
            score_before=_score(measured, former),
            signals=signals._table_query,
        )


def _score(measured, period: SQL) -> SQL:
    """The sum of `engagement.parts`, as the database adds it up."""
    whole = engagement.attainable(measured)
    parts = [
        SQL(
            "%(most)s * least(coalesce(sum(count) FILTER ("
            "WHERE source = %(source)s AND %(period)s), 0)::float / %(enough)s, 1)",
            most=100 * weight.most / whole,
            source=source,
            period=period,
            enough=weight.enough,
        )
        for source, weight in engagement.WEIGHTS.items()
        if source in measured
    ]
    return SQL("least(greatest(%s, 0), 100)", SQL(" + ").join(parts))
