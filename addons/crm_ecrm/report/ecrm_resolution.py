from odoo import fields, models
from odoo.tools import SQL

# who comes again within so many days about the same, was not helped the first time
AGAIN_DAYS = 7


def of_case(name: str):
    """The choices of a field of cases."""
    return lambda self: self.env["ecrm.case"]._fields[name].selection


class EcrmResolution(models.Model):
    """How each episode ended: one row an episode, whatever the case's medium.

    Solved at first contact means: the first episode of its case was solved, it was not
    reopened, and the same customer did not come again about the same within a week, by
    whatever medium. Cases that were merged, and those whose sender failed to prove
    himself, are left out.
    """

    _name = "ecrm.resolution"
    _description = "Result of an Episode"
    _auto = False
    _order = "started_on desc, id desc"
    _rec_name = "case_id"
    _depends = {
        "ecrm.case": [
            *("state", "sender", "commercial_partner_id", "email_from", "opened_on"),
            *("category_id", "company_id"),
        ],
        "ecrm.case.episode": ["number", "started_on", "solved_on", "confirmed"],
        "ecrm.case.event": ["kind"],
    }

    case_id = fields.Many2one("ecrm.case", readonly=True)
    number = fields.Integer("Episode", readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("ecrm.team", readonly=True)
    user_id = fields.Many2one("res.users", "Solved By", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    kind = fields.Selection(of_case("kind"), readonly=True)
    medium = fields.Selection(of_case("medium"), readonly=True)
    severity = fields.Selection(of_case("severity"), readonly=True)
    category_id = fields.Many2one("ecrm.case.category", readonly=True)
    cause_id = fields.Many2one("ecrm.case.cause", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    started_on = fields.Datetime("Started", readonly=True)
    solved_on = fields.Datetime("Solved", readonly=True)
    confirmed = fields.Selection(of_case("confirmed"), readonly=True)
    answers = fields.Integer(readonly=True, aggregator="avg")
    at_first = fields.Float(
        "Solved at First Contact (%)", readonly=True, aggregator="avg"
    )
    by_customer = fields.Float(
        "Confirmed by the Customer (%)", readonly=True, aggregator="avg"
    )
    by_silence = fields.Float(
        "Confirmed by Silence (%)", readonly=True, aggregator="avg"
    )

    def action_open_case(self):
        return self.case_id._get_records_action()

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT episode.id, episode.case_id, episode.number, kase.company_id,
                   kase.team_id, episode.user_id, kase.commercial_partner_id,
                   kase.kind, kase.medium, kase.severity, kase.category_id,
                   kase.cause_id, kase.product_id, episode.started_on,
                   episode.solved_on, episode.confirmed,
                   (SELECT count(*) FROM ecrm_case_event event
                     WHERE event.episode_id = episode.id AND event.kind = 'agent'
                   ) AS answers,
                   CASE WHEN episode.solved_on IS NULL OR episode.number > 1 THEN NULL
                        WHEN EXISTS (
                            SELECT FROM ecrm_case_episode later
                             WHERE later.case_id = episode.case_id
                               AND later.number > episode.number
                        ) OR EXISTS (
                            SELECT FROM ecrm_case other
                             WHERE other.id != kase.id
                               AND other.company_id = kase.company_id
                               AND other.category_id = kase.category_id
                               AND other.state != 'merged'
                               AND coalesce(
                                       other.commercial_partner_id::text,
                                       lower(other.email_from)
                                   ) = coalesce(
                                       kase.commercial_partner_id::text,
                                       lower(kase.email_from)
                                   )
                               AND other.opened_on > episode.started_on
                               AND other.opened_on
                                 < episode.solved_on + %(again)s * interval '1 day'
                        ) THEN 0 ELSE 100
                   END AS at_first,
                   CASE WHEN episode.solved_on IS NULL THEN NULL
                        WHEN episode.confirmed = 'customer' THEN 100 ELSE 0
                   END AS by_customer,
                   CASE WHEN episode.solved_on IS NULL THEN NULL
                        WHEN episode.confirmed = 'silence' THEN 100 ELSE 0
                   END AS by_silence
              FROM ecrm_case_episode episode
              JOIN ecrm_case kase ON kase.id = episode.case_id
             WHERE kase.state != 'merged' AND kase.sender != 'failed'
            """,
            again=AGAIN_DAYS,
        )
