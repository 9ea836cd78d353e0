from odoo import api, fields, models
from odoo.exceptions import UserError


class EcrmTouchpoint(models.Model):
    """Who looks after a customer with a low score, and until when."""

    _inherit = "ecrm.touchpoint"
    _company_links = {"team_id"}
    _number_limits = {"follow_up_days": (0, 90)}

    team_id = fields.Many2one(
        "ecrm.team",
        "Followed Up By",
        ondelete="set null",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="Empty: the first service team of the company",
    )
    follow_up_days = fields.Integer(
        "Within (Days)",
        default=2,
        required=True,
        help="Where the team promises no time for its first answer",
    )
    follow_up_words = fields.Char("Who Looks After Them", compute="_compute_follow_up")

    @api.depends("follow_up", "team_id", "follow_up_days", "company_id")
    @api.depends_context("lang")
    def _compute_follow_up(self):
        for touchpoint in self:
            touchpoint.follow_up_words = touchpoint._follow_up_in_words()

    def action_start(self):
        """Nobody is asked while nobody would look after a low score."""
        self.check_access("write")
        for touchpoint in self.filtered("follow_up"):
            if not touchpoint._follow_up_team().active:
                raise UserError(touchpoint._nobody_in_words())
        return super().action_start()

    def _follow_up_team(self):
        """In superuser mode; one that is archived only where all are.

        A company that never had a team gets its first one.
        """
        self.ensure_one()
        # sudo: whoever answers sees no teams
        touchpoint = self.sudo()
        teams = touchpoint.env["ecrm.team"]
        return (
            touchpoint.team_id.filtered("active")
            or teams._first_of_company(touchpoint.company_id)
            or teams.with_context(active_test=False)._of_company(touchpoint.company_id)
        )

    def _follow_up_in_words(self) -> str:
        if not self.follow_up:
            return ""
        # sudo: who answers customers is no secret to those who ask them
        teams = self.sudo().env["ecrm.team"]
        company = self.company_id or self.env.company
        team = teams.browse(self.team_id.id).filtered("active")
        team = team or teams._of_company(company)
        if not team:
            every = teams.with_context(active_test=False)
            if every._of_company(company):
                return self._nobody_in_words()
            return self.env._(
                "There is no service team yet: the first one is made, led by "
                "%(leader)s, who has %(days)s days for it.",
                leader=teams._first_leader(company).name,
                days=self.follow_up_days,
            )
        if team._promise("normal").get("first"):
            return self.env._(
                "%(team)s, within the time of its first answer; whoever is there and "
                "has the fewest cases, else %(leader)s.",
                team=team.name,
                leader=team.leader_id.name,
            )
        return self.env._(
            "%(team)s promises no first answer: %(days)s days; whoever is there and "
            "has the fewest cases, else %(leader)s.",
            team=team.name,
            days=self.follow_up_days,
            leader=team.leader_id.name,
        )

    def _nobody_in_words(self) -> str:
        return self.env._(
            "“%s”: every service team of the company is archived, so that nobody would "
            "look after low scores. Bring a team back, or switch the follow-up off.",
            self.name,
        )
