from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.links import sign_link
from odoo.addons.crm_suite.tools.work import work_through

from .idea_words import STATUSES

STATES = [
    ("waiting", "Waiting"),
    ("mailed", "Mailed"),
    ("portal", "In the Portal Only"),
]
TRY_AGAIN = timedelta(hours=1)
# who cannot be written to for so long finds it in the portal
TRIED_FOR = timedelta(days=2)
LINK_HOURS = 24 * 90
BATCH = 100


class EcrmIdeaNews(models.Model):
    """What one voter hears of an idea: once, by mail where he may be written to.

    Everybody finds it in the portal at once.
    """

    _name = "ecrm.idea.news"
    _description = "News on an Idea"
    _inherit = ["suite.job.mixin"]
    _jobs = {"crm_ecrm.cron_tell_voters"}
    _order = "id desc"

    idea_id = fields.Many2one(
        "ecrm.idea", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="idea_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Voter",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    status = fields.Selection(
        [*STATUSES, ("merged", "Part of Another Idea")], required=True, readonly=True
    )
    text = fields.Text(readonly=True)
    noted_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", index=True
    )
    try_on = fields.Datetime(
        "Next Try", required=True, readonly=True, default=fields.Datetime.now
    )

    @api.model
    def _waiting_domain(self) -> Domain:
        now = fields.Datetime.now()
        return Domain("state", "=", "waiting") & Domain("try_on", "<=", now)

    @api.model
    def _cron_tell_voters(self):
        work_through(self, self._waiting_domain, lambda news: news._tell(), BATCH)

    def _tell(self):
        """Mail those who may be written to now; the others are tried later."""
        now = fields.Datetime.now()
        for company, news in self.grouped("company_id").items():
            voters = news.partner_id.with_company(company)
            reachable = voters._may_contact("email", "news", now)
            for one in news.with_company(company):
                if one.partner_id in reachable and one.partner_id.email_normalized:
                    one._mail()
                    one.state = "mailed"
                elif one.noted_on + TRIED_FOR <= now:
                    one.state = "portal"
                else:
                    one.try_on = now + TRY_AGAIN

    def _mail(self):
        voter = self.partner_id
        here = self.with_context(lang=voter.lang or self.env.lang)
        statuses = dict(self._fields["status"]._description_selection(here.env))
        idea = here.idea_id
        base = self.get_base_url()
        token = sign_link(idea, voter, "idea", LINK_HOURS)
        voter._voice_mail(
            "crm_ecrm.mail_idea_news",
            f"{statuses[self.status]}: {idea.name}",
            {
                "name": voter.name,
                "idea": idea.name,
                "status": self.status,
                "status_name": statuses[self.status],
                "text": self.text or "",
                "planned": idea.root_id._planned_text(),
                "url": f"{base}/voice/idea/{token}",
                "preferences_url": self.env["ecrm.preference"]._of(voter)._link(),
            },
        )

    @api.model
    def _merge_partners(self, sources, target):
        news = self.search([("partner_id", "in", sources.ids)])
        news.partner_id = target

    @api.model
    def _portal_news(self, user, limit: int) -> list[dict]:
        """What happened lately to the ideas that a portal user voted for."""
        since = fields.Datetime.now() - timedelta(days=60)
        # sudo: portal users have no rights on news; these are his own
        news = self.sudo().search(
            Domain("partner_id", "=", user.partner_id.id)
            & Domain("noted_on", ">=", since)
            # sudo: as above
            & Domain("company_id", "in", user.sudo().company_ids.ids),
            limit=limit,
        )
        statuses = dict(self._fields["status"]._description_selection(self.env))
        return [
            {
                "idea": one.idea_id.name,
                "status": one.status,
                "status_name": statuses[one.status],
                "url": one.idea_id._portal_url(),
            }
            for one in news
        ]
