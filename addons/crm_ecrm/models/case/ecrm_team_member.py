from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EcrmTeamMember(models.Model):
    """Somebody of a service team, who is away at times and then has a deputy."""

    _name = "ecrm.team.member"
    _description = "Member of a Service Team"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "team_id, sequence, id"
    _rec_name = "user_id"

    team_id = fields.Many2one(
        "ecrm.team", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    deputy_id = fields.Many2one(
        "res.users",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Takes over while this person is away; the team leader if there is none",
    )
    away_from = fields.Date(
        help="Only where Odoo does not know it: absences in Time Off count anyway"
    )
    away_until = fields.Date(help="The last day away")
    is_away = fields.Boolean("Away Now", compute="_compute_is_away")

    _user_uniq = models.UniqueIndex("(team_id, user_id)", "Somebody is in a team once.")
    _away_range = models.Constraint(
        "CHECK (away_until >= away_from)", "An absence does not end before it begins."
    )

    @api.depends("user_id", "away_from", "away_until")
    def _compute_is_away(self):
        for team, members in self.grouped("team_id").items():
            away = team._away(members.user_id) if team else members.user_id.browse()
            for member in members:
                member.is_away = member.user_id in away

    @api.constrains("user_id", "deputy_id")
    def _check_internal(self):
        for member in self:
            # sudo: whether somebody is an employee is no secret
            if any(user.share for user in (member.user_id | member.deputy_id).sudo()):
                raise ValidationError(
                    self.env._("Only employees can be in a service team.")
                )

    def _is_away(self) -> bool:
        """By the team's own dates."""
        self.ensure_one()
        if not (self.away_from or self.away_until):
            return False
        today = self.company_id._today()
        return (self.away_from or today) <= today <= (self.away_until or today)
