from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from ..channel.routing import DOCUMENTED

_lt = LazyTranslate(__name__)

REASONS = [
    ("eligible", "Eligible"),
    ("archived", "Archived"),
    ("other_company", "Other Company"),
    ("reserved", "Promised to Another"),
    ("declined", "Declined"),
    ("silent", "Did Not Answer"),
    ("paused", "Paused"),
    ("full", "Full"),
    ("quota", "Quota Reached"),
]
# why one candidate stands where he stands
SENTENCES = {
    "eligible": lambda words: _lt(
        "%(open)s open, %(recent)s offers lately, %(record)s, %(distance)s", **words
    ),
    "archived": lambda words: _lt("Archived"),
    "other_company": lambda words: _lt("Belongs to another company"),
    "reserved": lambda words: _lt("This is promised to another partner alone"),
    "declined": lambda words: _lt("Has declined this lead"),
    "silent": lambda words: _lt(
        "Has let %(lapses)s offers of this lead run out", **words
    ),
    "paused": lambda words: _lt("Is paused"),
    "full": lambda words: _lt(
        "Full: %(open)s of %(capacity)s open offers and leads", **words
    ),
    "quota": lambda words: _lt("The quota of the agreement is reached"),
}
# more than a lead keeps, so that no two candidates have one id
IDS_A_ROUTE = 100


class DistributionRouteCandidate(models.Model):
    """Who was looked at for a lead, in sequence, with the figures of that moment.

    Written with the offer as one document; these are its rows.
    """

    _name = "distribution.route.candidate"
    _description = "Candidate for a Lead"
    _auto = False
    _order = "route_id, rank"
    _rec_name = "partner_id"
    _depends = {"distribution.route": ("candidates", "company_id")}

    route_id = fields.Many2one("distribution.route", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    rank = fields.Integer(readonly=True, aggregator="avg")
    partner_id = fields.Many2one("res.partner", readonly=True)
    agreement_id = fields.Many2one("distribution.agreement", readonly=True)
    eligible = fields.Boolean(readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    open_count = fields.Integer("Open", readonly=True)
    capacity = fields.Integer(readonly=True)
    recent_count = fields.Integer("Offers Lately", readonly=True)
    accepted_count = fields.Integer("Accepted", readonly=True)
    answered_count = fields.Integer("Answered", readonly=True)
    lapse_count = fields.Integer("Ran Out", readonly=True)
    is_distance_known = fields.Boolean(readonly=True)
    distance = fields.Integer("Distance (km)", readonly=True, aggregator="avg")
    sentence = fields.Char("Why", compute="_compute_sentence")

    @api.depends_context("lang")
    @api.depends("reason", "open_count", "capacity", "lapse_count")
    def _compute_sentence(self):
        for candidate in self:
            candidate.sentence = candidate._in_words()

    @property
    def _table_query(self):
        """A partner that is gone is no candidate any more."""
        return SQL(
            """
            SELECT route.id::int8 * %(ids_a_route)s + line.rank AS id,
                   route.id AS route_id, route.company_id, line.rank::int AS rank,
                   partner.id AS partner_id, agreement.id AS agreement_id,
                   %(reason)s = 'eligible' AS eligible, %(reason)s AS reason,
                   %(open)s::int AS open_count, %(capacity)s::int AS capacity,
                   %(recent)s::int AS recent_count,
                   %(accepted)s::int AS accepted_count,
                   %(answered)s::int AS answered_count,
                   %(lapses)s::int AS lapse_count,
                   %(distance)s IS NOT NULL AS is_distance_known,
                   %(distance)s::int AS distance
              FROM distribution_route route
             CROSS JOIN jsonb_array_elements(route.candidates::jsonb)
                   WITH ORDINALITY AS line (value, rank)
              JOIN res_partner partner ON partner.id = %(partner)s::int
              LEFT JOIN distribution_agreement agreement
                ON agreement.id = %(agreement)s::int
            """,
            ids_a_route=IDS_A_ROUTE,
            **{
                name: SQL("(line.value ->> %s)", place)
                for place, name in enumerate(DOCUMENTED)
            },
        )

    def _in_words(self) -> str:
        self.ensure_one()
        words = {
            "open": self.open_count,
            "recent": self.recent_count,
            "capacity": self.capacity,
            "lapses": self.lapse_count,
            "record": self._record_in_words(),
            "distance": self._distance_in_words(),
        }
        return self.env._(SENTENCES[self.reason](words))

    def _record_in_words(self) -> str:
        if not self.answered_count:
            return self.env._("no answers yet")
        return self.env._(
            "%(accepted)s of %(answered)s accepted",
            accepted=self.accepted_count,
            answered=self.answered_count,
        )

    def _distance_in_words(self) -> str:
        if not self.is_distance_known:
            return self.env._("distance not known")
        return self.env._("%s km", self.distance)
