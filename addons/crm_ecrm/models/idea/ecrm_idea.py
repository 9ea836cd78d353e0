from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tabular.text import fold
from odoo.addons.crm_suite.tools.blocking import records_sharing
from odoo.addons.crm_suite.tools.dates import day_at, written_day
from odoo.addons.crm_suite.tools.links import read_link

from ...metrics import alike
from .idea_words import (
    FOR_CUSTOMERS,
    LONGEST_NAME,
    LONGEST_TEXT,
    SETTLED,
    STATUSES,
)

MOST_COMPARED = 200
MOST_SIMILAR = 5
MOST_COMMENTS = 200
SORTS = {
    "votes": "vote_count desc, id desc",
    "new": "published_on desc, id desc",
}


class EcrmIdea(models.Model):
    """An idea of a customer: others vote for it, we say what becomes of it.

    Votes and words stay with the idea they were given to; what is merged is counted and
    shown together, for as long as it is merged.
    """

    _name = "ecrm.idea"
    _description = "Idea of a Customer"
    _inherit = ["ecrm.entry.mixin", "mail.thread"]
    _order = "vote_count desc, id desc"
    _entry_kind = "idea"
    _protected_fields = {
        *("status", "published_on", "merged_into_id", "root_id", "vote_count"),
        *("words", "answer", "answered_on", "answered_by_id", "planned_for"),
        *("opened_on", "promised_on"),
    }
    _company_links = {"merged_into_id"}

    name = fields.Char("Idea", required=True, size=LONGEST_NAME)
    description = fields.Text("In Detail")
    words = fields.Text(
        "As the Customer Said It",
        readonly=True,
        copy=False,
        help="Stays as it was written, however the idea is worded for others",
    )
    status = fields.Selection(
        STATUSES,
        required=True,
        readonly=True,
        default="new",
        copy=False,
        tracking=True,
        group_expand="_in_sequence",
    )
    published_on = fields.Datetime("Published", readonly=True, copy=False)
    planned_for = fields.Date("Promised for", readonly=True, copy=False, tracking=True)
    answer = fields.Text("Our Answer", readonly=True, copy=False)
    answered_on = fields.Datetime("Answered", readonly=True, copy=False)
    answered_by_id = fields.Many2one(
        "res.users", "Answered by", readonly=True, copy=False, ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
    )
    merged_into_id = fields.Many2one(
        "ecrm.idea",
        "Part of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    merged_ids = fields.One2many("ecrm.idea", "merged_into_id", "Merged Ideas")
    root_id = fields.Many2one(
        "ecrm.idea",
        "Counted For",
        compute="_compute_root_id",
        store=True,
        recursive=True,
        index=True,
        copy=False,
    )
    vote_ids = fields.One2many("ecrm.idea.vote", "root_id", "Votes", readonly=True)
    vote_count = fields.Integer("Votes Counted", readonly=True, copy=False)
    comment_ids = fields.One2many(
        "ecrm.idea.comment", "root_id", "Comments", readonly=True
    )
    news_ids = fields.One2many("ecrm.idea.news", "idea_id", "Told", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    voter_revenue = fields.Monetary(
        "Revenue of Voters",
        compute="_compute_voter_revenue",
        groups="crm_ecrm.group_voice_leader",
        help="Invoiced to the companies of those who voted, in the last 12 months, "
        "without tax",
    )
    search_keys = fields.Text(
        compute="_compute_search_keys",
        store=True,
        copy=False,
        prefetch=False,
        groups="base.group_system",
    )

    _search_keys_idx = models.Index("USING gin (string_to_array(search_keys, ' '))")
    _key_uniq = models.UniqueIndex("(key)", "One idea for an address.")
    _vote_count_range = models.Constraint(
        "CHECK (vote_count >= 0)", "There are no fewer votes than none."
    )
    _description_range = models.Constraint(
        f"CHECK (char_length(description) <= {LONGEST_TEXT})",
        "The description is too long.",
    )

    @api.depends("merged_into_id.root_id")
    def _compute_root_id(self):
        for idea in self:
            idea.root_id = idea.merged_into_id.root_id or idea

    @api.depends("status", "root_id.status")
    def _compute_portal_status(self):
        for idea in self:
            status = idea.root_id.status or idea.status
            idea.portal_status = FOR_CUSTOMERS[status]

    @api.depends("name")
    def _compute_search_keys(self):
        for idea in self:
            keys = alike.keys_of(fold(idea.name or ""))
            idea.search_keys = " ".join(keys) or False

    def _compute_voter_revenue(self):
        for company, ideas in self.grouped("company_id").items():
            # sudo: all who voted count, whoever may be seen
            voters = ideas.sudo().vote_ids.partner_id
            revenue = voters._revenue_by_company(company)
            for idea in ideas:
                # sudo: as above
                customers = idea.sudo().vote_ids.partner_id.commercial_partner_id
                idea.voter_revenue = sum(revenue.get(one.id, 0) for one in customers)

    @api.model
    def _in_sequence(self, statuses, domain):
        """The board's columns follow the way of an idea."""
        return [status for status, _label in STATUSES if status in statuses]

    @api.model_create_multi
    def create(self, vals_list):
        ideas = super().create(vals_list)
        now = fields.Datetime.now()
        for idea in ideas._as_system():
            if not idea.words:
                idea.words = "\n\n".join(filter(None, (idea.name, idea.description)))
            if not idea.promised_on:
                # sudo: what a company promises is no secret
                days = idea.company_id.sudo().ecrm_idea_days
                idea.promised_on = now + timedelta(days=days)
        ideas._vote_own()
        return ideas

    def _vote_own(self):
        """Whoever has an idea is for it."""
        said = self.filtered("partner_id")
        # sudo: nobody has the right to write votes
        self.env["ecrm.idea.vote"].sudo().create(
            [
                {
                    "idea_id": idea.id,
                    "partner_id": idea.partner_id.id,
                    "voter": idea.partner_id.id,
                }
                for idea in said
            ]
        )
        said._count_votes()

    def action_publish(self):
        self.check_access("write")
        self._check_moderator()
        new = self.filtered(lambda idea: not idea.published_on)
        new._as_system().write({"published_on": fields.Datetime.now()})

    def action_unpublish(self):
        self.check_access("write")
        self._check_moderator()
        self._as_system().write({"published_on": False})

    def action_unmerge(self):
        """Take it out again: it has the votes and words that it had."""
        self.check_access("write")
        self._check_moderator()
        merged = self.filtered("merged_into_id")
        before = merged.root_id
        merged._as_system().write({"merged_into_id": False})
        self.env.flush_all()
        (before | merged)._count_votes()

    def action_open_voters(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Voters"),
            "res_model": "ecrm.idea.vote",
            "view_mode": "list",
            "domain": [("root_id", "=", self.id)],
        }

    def _check_moderator(self):
        if not (self.env.su or self.env.user.has_group("crm_ecrm.group_voice_leader")):
            raise AccessError(self.env._("Team leaders decide on ideas."))

    def _merge_into(self, target) -> None:
        """Count and show these ideas as parts of another; nothing is moved.

        :raise UserError: they are of another company, or it is part of one of them
        """
        self.check_access("write")
        target.check_access("write")
        self._check_moderator()
        target = target.root_id
        parts = (self - target).filtered(lambda idea: not idea.merged_into_id)
        # sudo: all its parts, also those of hidden customers
        if target in parts.sudo() or not parts:
            raise UserError(self.env._("Choose other ideas to merge into it."))
        if parts.company_id != target.company_id:
            raise UserError(self.env._("Ideas of other companies stay apart."))
        settled = parts.filtered(lambda idea: idea.status in SETTLED)
        if settled:
            raise UserError(self.env._("“%s” has its answer already.", settled[0].name))
        (parts | target)._take_turn()
        # sudo: all who voted hear of it, whoever may be seen
        voters = {idea: idea.sudo().vote_ids.partner_id for idea in parts}
        parts._as_system().write({"merged_into_id": target.id})
        self.env.flush_all()
        (parts | target)._count_votes()
        told = self.env["res.partner"]
        for idea, partners in voters.items():
            new = partners - told
            seeing = target._seen_by(new)
            idea._note_news("merged", target.name, seeing)
            # what it goes on as is another customer's, who told us alone
            idea._note_news("merged", "", new - seeing)
            told |= partners

    def _answer(self, status: str, text: str = "", planned_for=None) -> None:
        """Say what becomes of it; everybody who voted hears of it.

        :raise UserError: a "no" without a reason, or an idea that is part of another
        """
        self.ensure_one()
        self.check_access("write")
        self._check_moderator()
        text = (text or "").strip()[:LONGEST_TEXT]
        if self.merged_into_id:
            raise UserError(
                self.env._("Answer the idea that it is part of: %s", self.root_id.name)
            )
        if status == "declined" and not text:
            raise UserError(self.env._("Tell the customers why not."))
        if status not in dict(STATUSES):
            raise UserError(self.env._("Choose a status."))
        unchanged = (
            status == self.status
            and text == (self.answer or "")
            and (planned_for or False) == self.planned_for
        )
        if unchanged:
            return
        # who votes at this moment is counted and hears of it, or comes too late
        self._take_turn()
        self._as_system().write(
            {
                "status": status,
                "answer": text,
                "planned_for": planned_for,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        # sudo: all who voted hear of it, whoever may be seen
        votes = self.sudo().vote_ids
        voters = votes.partner_id
        seeing = self._seen_by(voters)
        self._note_news(status, text, seeing)
        told = seeing
        # the others hear it of the idea that they voted for
        for part, given in votes.grouped("idea_id").items():
            part._note_news(status, text, given.partner_id - told)
            told |= given.partner_id
        if status == "shipped":
            self._tell_salespeople(voters)

    def _note_news(self, status: str, text: str, voters) -> None:
        self.ensure_one()
        # sudo: nobody has the right to write news
        news = self.env["ecrm.idea.news"].sudo()
        # archived contacts are not written to
        active = voters.filtered("active")
        news.create(
            [
                {
                    "idea_id": self.id,
                    "partner_id": voter.id,
                    "status": status,
                    "text": text,
                }
                for voter in active
            ]
        )
        if active:
            # sudo: the job runs as whoever it runs as
            self.env.ref("crm_ecrm.cron_tell_voters").sudo()._trigger()

    def _tell_salespeople(self, voters) -> None:
        """Whose customers wanted it: a reason to call them."""
        customers: dict[Any, list[str]] = {}
        for voter in voters:
            seller = voter.user_id or voter.commercial_partner_id.user_id
            if seller.active and not seller.share:
                customers.setdefault(seller, []).append(voter.display_name)
        for seller, names in customers.items():
            # sudo: salespeople need not see ideas to hear of their customers
            here = self.sudo().with_context(lang=seller.lang or self.env.lang)
            here.message_notify(
                partner_ids=seller.partner_id.ids,
                subject=here.env._("Done: %s", self.name),
                body=here.env._(
                    "“%(idea)s” is done. Your customers who wanted it have heard of "
                    "it: %(names)s.",
                    idea=self.name,
                    names=", ".join(sorted(names)),
                ),
            )

    def _take_turn(self) -> None:
        """Votes, words and decisions on an idea come one after the other."""
        self.env["suite.turn"]._take(f"ecrm.idea {idea.id}" for idea in self)

    def _count_votes(self) -> None:
        """The only writer of the count: each person once, over all that is merged."""
        # sudo: votes of everybody count
        ideas = self.sudo()
        self.env.flush_all()
        counts = dict(
            ideas.env["ecrm.idea.vote"]._read_group(
                [("root_id", "in", ideas.ids)], ["root_id"], ["voter:count_distinct"]
            )
        )
        for idea in ideas:
            idea.vote_count = counts.get(idea, 0)

    def _vote(self, partner, wants: bool) -> None:
        """A person is for it, or no longer; a second time changes nothing.

        :param self: in superuser mode, from `_portal_find` or a link
        :raise UserError: the idea has its answer
        """
        self.ensure_one()
        root = self.root_id
        if root.status in SETTLED:
            raise UserError(self.env._("This idea has its answer: votes are closed."))
        root._take_turn()
        votes = self.env["ecrm.idea.vote"]
        mine = votes.search([("root_id", "=", root.id), ("voter", "=", partner.id)])
        if wants and not mine:
            # nobody sees an idea by a vote for it
            idea = root if root._seen_by(partner) else self
            votes.create(
                {"idea_id": idea.id, "partner_id": partner.id, "voter": partner.id}
            )
        elif not wants:
            mine.unlink()
        root._count_votes()

    @api.model
    def _similar(self, text: str, domain: Domain):
        """Published ideas like this text, the most similar first."""
        asked = fold(text[:LONGEST_NAME])
        held = records_sharing(
            self, "search_keys", alike.keys_of(asked), domain, MOST_COMPARED
        )
        scores = {idea: alike.similarity(asked, fold(idea.name)) for idea in held}
        found = [idea for idea in scores if scores[idea] >= alike.SIMILAR]
        found.sort(key=lambda idea: (-scores[idea], idea.id))
        return self.browse(idea.id for idea in found[:MOST_SIMILAR])

    @api.model
    def _published_domain(self, user) -> Domain:
        """What everybody of a company's portal sees: ideas that stand alone."""
        # sudo: to which companies a user belongs is no secret to him
        companies = user.sudo().company_ids
        return (
            Domain("published_on", "!=", False)
            & Domain("merged_into_id", "=", False)
            & Domain("company_id", "in", companies.ids)
        )

    @api.model
    def _portal_find(self, user, key: str):
        """His own, what colleagues share, and what is published."""
        seen = self._portal_domain(user) | self._published_domain(user)
        # sudo: portal users have no rights on ideas; whose it is is asked here
        return self.sudo().search(seen & Domain("key", "=", key.replace("\x00", "")))

    def _seen_by(self, people):
        """Of some people those who may read this idea, or have read it.

        Everybody once it is published; else whose it is, colleagues with whom he shares
        it, and who voted for it: not who voted for another that became a part of it.
        """
        self.ensure_one()
        # sudo: asked for, not shown
        idea = self.sudo()
        if idea.published_on:
            return people
        votes = idea.env["ecrm.idea.vote"].search(
            [("idea_id", "=", idea.id), ("voter", "in", people.ids)]
        )
        shared = idea.visibility == "company"
        return people.filtered(
            lambda one: (
                one == idea.partner_id
                or one in votes.partner_id
                or (shared and one.commercial_partner_id == idea.commercial_partner_id)
            )
        )

    @api.model
    def _by_link(self, token: str) -> tuple:
        """The idea of that link, in superuser mode, and for whom the link was made."""
        idea, holder = read_link(self, "idea", token)
        if idea and not idea._seen_by(holder):
            return idea.browse(), holder.browse()
        return idea, holder

    @api.model
    def _portal_list(
        self, user, search="", status="", sort="votes", limit=20, offset=0
    ):
        """A page of the published ideas, and how many there are."""
        domain = self._published_domain(user)
        if status in dict(STATUSES):
            domain &= Domain("status", "=", status)
        if search := search.replace("\x00", "").strip()[:LONGEST_NAME]:
            domain &= Domain("name", "ilike", search) | Domain(
                "description", "ilike", search
            )
        # sudo: portal users have no rights on ideas; what they see was asked above
        ideas = self.sudo()
        found = ideas.search(
            domain, limit=limit, offset=offset, order=SORTS.get(sort, SORTS["votes"])
        )
        return found._portal_values(user.partner_id), ideas.search_count(domain)

    @api.model
    def _portal_similar(self, user, text: str) -> list[dict[str, Any]]:
        # sudo: as above
        found = self.sudo()._similar(text, self._published_domain(user))
        return [
            {"name": one["name"], "url": one["url"], "votes": one["votes"]}
            for one in found._portal_values(user.partner_id)
        ]

    @api.model
    def _portal_typed(self, values: dict[str, str]) -> dict[str, str]:
        """What stands in the form again, one letter more than may be at most."""
        longest = {"name": LONGEST_NAME, "description": LONGEST_TEXT, "visibility": 9}
        return {name: values.get(name, "")[: n + 1] for name, n in longest.items()}

    @api.model
    def _portal_statuses(self) -> list[tuple[str, str]]:
        return self._fields["status"]._description_selection(self.env)

    def _planned_text(self) -> str:
        return written_day(self.env, self.planned_for or None)

    def _portal_values(self, partner) -> list[dict[str, Any]]:
        """What a person sees of these ideas, in lists.

        :param self: in superuser mode
        """
        statuses = dict(self._fields["status"]._description_selection(self.env))
        # one look for all of them
        mine = self.env["ecrm.idea.vote"].search(
            [("root_id", "in", self.root_id.ids), ("voter", "=", partner.id)]
        )
        voted = mine.root_id
        return [
            {
                "key": idea.key,
                "url": idea._portal_url(),
                "number": idea.number,
                "name": idea.name,
                "status": idea.root_id.status,
                "status_name": statuses[idea.root_id.status],
                "votes": idea.root_id.vote_count,
                "voted": idea.root_id in voted,
                "may_vote": idea.root_id.status not in SETTLED,
                "planned": idea.root_id._planned_text(),
                "is_mine": idea.partner_id == partner,
                "published": bool(idea.published_on),
            }
            for idea in self
        ]

    def _portal_page(self, partner, user=None) -> dict[str, Any]:
        """What a person sees of one idea, on its page.

        :param user: who is signed in, if somebody is
        """
        self.ensure_one()
        (values,) = self._portal_values(partner)
        root, own = self.root_id, self.partner_id == partner
        shown = Domain("partner_id", "=", partner.id)
        if root._seen_by(partner):
            shown |= Domain("state", "=", "shown")
        comments = self.env["ecrm.idea.comment"].search(
            Domain("root_id", "=", root.id) & shown, limit=MOST_COMMENTS
        )
        seen = user and self._portal_find(user, root.key)
        visibilities = dict(self._fields["visibility"]._description_selection(self.env))
        zone = partner.tz or self.env.company._zone(self.env.company.id)

        def written(moment):
            return written_day(self.env, day_at(moment, zone))

        return {
            **values,
            "text": self.words if own else self.description or "",
            "opened": written(self.opened_on),
            "promised": written(self.promised_on)
            if own and root.status == "new"
            else "",
            "answer": root.answer or "",
            "answered": written(root.answered_on),
            "visibility": visibilities[self.visibility] if own else "",
            "part_of": {"name": root.name, "url": root._portal_url()}
            if root != self and seen
            else None,
            "is_part": root != self,
            "comments": [
                {
                    "is_mine": one.partner_id == partner,
                    "on": written(one.create_date),
                    "text": one.text,
                    "waits": one.state != "shown",
                }
                for one in comments
            ],
        }
