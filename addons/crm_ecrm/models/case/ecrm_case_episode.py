from odoo import fields, models

CONFIRMED = [
    ("customer", "By the Customer"),
    ("silence", "By Silence"),
]


class EcrmCaseEpisode(models.Model):
    """From the opening of a case to its end; what is reopened begins the next one."""

    _name = "ecrm.case.episode"
    _description = "Episode of a Case"
    _order = "case_id, number"
    _rec_name = "number"

    case_id = fields.Many2one(
        "ecrm.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    number = fields.Integer(required=True, readonly=True)
    started_on = fields.Datetime(required=True, readonly=True, index=True)
    solved_on = fields.Datetime(readonly=True)
    ended_on = fields.Datetime("Closed On", readonly=True)
    user_id = fields.Many2one("res.users", "Solved By", readonly=True)
    confirmed = fields.Selection(CONFIRMED, readonly=True)
    clock_ids = fields.One2many("ecrm.case.clock", "episode_id", "Clocks")

    _number_uniq = models.UniqueIndex(
        "(case_id, number)", "Episodes of a case are counted."
    )
