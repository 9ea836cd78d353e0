from odoo import api, fields, models

SEVERITY = [
    ("low", "Low"),
    ("normal", "Normal"),
    ("serious", "Serious"),
]


class EcrmTeamPromise(models.Model):
    """How soon a team answers, in its working hours; nothing is promised by 0."""

    _name = "ecrm.team.promise"
    _description = "Promise of a Service Team"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "team_id, severity desc, service_level, id"
    _number_limits = {
        "first_hours": (0, 2000),
        "next_hours": (0, 2000),
        "solution_hours": (0, 2000),
    }

    team_id = fields.Many2one(
        "ecrm.team", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    severity = fields.Selection(SEVERITY, required=True, default="normal")
    service_level = fields.Selection(
        "_select_service_level",
        help="For cases of customers who have this level; empty for all others",
    )
    first_hours = fields.Float("First Answer", default=8)
    next_hours = fields.Float("Next Answer", default=8)
    solution_hours = fields.Float("Solution", default=40)

    _severity_uniq = models.UniqueIndex(
        "(team_id, severity, coalesce(service_level, ''))",
        "A team promises once for each severity and service level.",
    )
    _hours_range = models.Constraint(
        "CHECK (first_hours >= 0 AND next_hours >= 0 AND solution_hours >= 0)",
        "Hours are not negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        promises.team_id._look_again()
        return promises

    def write(self, vals):
        res = super().write(vals)
        self.team_id._look_again()
        return res

    def unlink(self):
        teams = self.team_id
        res = super().unlink()
        teams._look_again()
        return res

    @api.model
    def _select_service_level(self):
        """Hook: what some customers have been promised beyond the usual."""
        return []

    def _in_minutes(self) -> dict[str, int]:
        """By kind of clock, what is promised."""
        hours = {
            "first": self.first_hours,
            "next": self.next_hours,
            "solution": self.solution_hours,
        }
        minutes = {kind: round(60 * number) for kind, number in hours.items()}
        return {kind: number for kind, number in minutes.items() if number}
