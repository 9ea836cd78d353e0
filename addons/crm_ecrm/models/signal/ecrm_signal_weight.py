from odoo import api, fields, models

from ...metrics.engagement import WEIGHTS, Weight
from .weight_words import REASONS


class EcrmSignalWeight(models.Model):
    """What a source adds to the engagement of a customer: a judgement, and no estimate.

    One for all companies, so that customers can be compared.
    """

    _name = "ecrm.signal.weight"
    _description = "Weight of a Signal"
    _inherit = ["suite.number.mixin", "suite.protected.mixin"]
    _protected_fields = {"source"}
    _number_limits = {"most": (-100, 100), "enough": (1, 1000)}
    _order = "most desc, id"
    _rec_name = "source"

    source = fields.Selection("_select_source", required=True, readonly=True)
    most = fields.Float(
        "Adds up to",
        required=True,
        digits=(5, 1),
        help="Below zero it takes away; at zero it does not count",
    )
    enough = fields.Float(
        "With",
        required=True,
        digits=(6, 1),
        help="So many within 90 days add all of it, half of them half",
    )
    usual_most = fields.Float("Usually", digits=(5, 1), compute="_compute_usual")
    usual_enough = fields.Float("Usually With", digits=(6, 1), compute="_compute_usual")
    usual_reason = fields.Char(compute="_compute_usual_reason")
    reason = fields.Char(
        "Our Reason", size=300, help="Why it counts otherwise with your customers"
    )
    is_measured = fields.Boolean("Measured Here", compute="_compute_is_measured")

    _source_uniq = models.UniqueIndex("(source)", "A source has one weight.")
    _most_range = models.Constraint(
        "CHECK (most BETWEEN -100 AND 100)", "A source adds -100 to 100."
    )
    _enough_range = models.Constraint(
        "CHECK (enough BETWEEN 1 AND 1000)", "It is added with 1 to 1000 of it."
    )

    @api.model
    def _select_source(self):
        return self.env["ecrm.signal"]._select_source()

    @api.depends("source")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._select_source())
        for weight in self:
            weight.display_name = labels.get(weight.source, "")

    @api.depends("source")
    def _compute_usual(self):
        for weight in self:
            weight.usual_most, weight.usual_enough = WEIGHTS.get(
                weight.source, (0.0, 1.0)
            )

    @api.depends("source")
    @api.depends_context("lang")
    def _compute_usual_reason(self):
        for weight in self:
            words = REASONS.get(weight.source)
            weight.usual_reason = self.env._(words) if words else ""

    @api.depends("source")
    def _compute_is_measured(self):
        measured = self.env["ecrm.signal"]._sources()
        for weight in self:
            weight.is_measured = weight.source in measured

    def action_reset(self):
        """Back to what is usual."""
        self.check_access("write")
        for weight in self:
            weight.write({"most": weight.usual_most, "enough": weight.usual_enough})

    @api.model
    def _weights(self) -> dict[str, Weight]:
        """What counts how much; the usual where nobody said anything else."""
        # sudo: the figure is the same for everybody
        said = self.sudo().search_fetch([], ["source", "most", "enough"])
        return WEIGHTS | {one.source: Weight(one.most, one.enough) for one in said}
