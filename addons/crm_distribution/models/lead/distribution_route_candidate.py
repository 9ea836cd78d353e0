from odoo import api, fields, models

from .route_words import REASONS, SENTENCES


class DistributionRouteCandidate(models.Model):
    """Who was looked at for a lead, in sequence, with the figures of that moment."""

    _name = "distribution.route.candidate"
    _description = "Candidate for a Lead"
    _order = "route_id, rank"
    _rec_name = "partner_id"
    _log_access = False

    route_id = fields.Many2one(
        "distribution.route",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    rank = fields.Integer(readonly=True)
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "distribution.agreement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    eligible = fields.Boolean(readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    open_count = fields.Integer("Open", readonly=True)
    capacity = fields.Integer(readonly=True)
    recent_count = fields.Integer("Offers Lately", readonly=True)
    accepted_count = fields.Integer("Accepted", readonly=True)
    answered_count = fields.Integer("Answered", readonly=True)
    lapse_count = fields.Integer("Ran Out", readonly=True)
    is_distance_known = fields.Boolean(readonly=True)
    distance = fields.Float("Distance (km)", digits=(8, 0), readonly=True)
    sentence = fields.Char("Why", compute="_compute_sentence")

    @api.depends_context("lang")
    @api.depends("reason", "open_count", "capacity", "lapse_count")
    def _compute_sentence(self):
        for candidate in self:
            candidate.sentence = candidate._in_words()

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
        return self.env._("%s km", round(self.distance))
