import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, consteq, email_normalize, hmac

from odoo.addons.crm_suite.tools.mails import write_mail
from odoo.addons.crm_suite.tools.work import work_through

from .route_words import (
    CRITERIA,
    DECIDED,
    NOBODY,
    ROUTE_STATES,
    WITHDRAWALS,
    written_moment,
)

LINK_SCOPE = "crm_distribution.offer"
# of a lead that nobody could take
STANDING = ("waiting", "gap", "refused")


class DistributionRoute(models.Model):
    """One attempt to find an intermediary for a lead, why it went so, and the answer.

    The lead's present attempt is the current one; those before it stay as they were.
    Territory, goods, policy and agreement are those of that moment.
    """

    _name = "distribution.route"
    _description = "Lead Offer"
    _inherit = [
        "distribution.placed.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "distribution.talk.mixin",
    ]
    _order = "id desc"
    _rec_name = "lead_id"
    _log_access = False
    _talk_field = "route_id"
    _protected_fields = {
        "lead_id",
        "attempt",
        "is_current",
        "state",
        "partner_id",
        "decided_by",
        "considered",
        "candidates",
        "candidate_ids",
        "territory_id",
        "category_id",
        "policy_id",
        "agreement_id",
        "gap_id",
        "offered_on",
        "deadline",
        "answered_on",
        "answered_by_id",
        "answer",
        "withdrawal",
        "checked_on",
        "key",
        "secret",
        "told_on",
        "end_told_on",
        "talk_ids",
    }

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    attempt = fields.Integer(readonly=True)
    is_current = fields.Boolean("Current", readonly=True)
    state = fields.Selection(ROUTE_STATES, required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        readonly=True,
        index="btree_not_null",
        # an intermediary that has answers is archived, not deleted
        ondelete="restrict",
    )
    decided_by = fields.Selection(CRITERIA, readonly=True)
    considered = fields.Integer("In Scope", readonly=True)
    # JSON, shown as candidate_ids in the words of whoever reads them
    candidates = fields.Text(readonly=True, prefetch=False, groups="base.group_system")
    candidate_ids = fields.One2many(
        "distribution.route.candidate", "route_id", readonly=True
    )
    reason = fields.Char(compute="_compute_reason")
    territory_id = fields.Many2one(
        "distribution.territory", readonly=True, index="btree_not_null"
    )
    category_id = fields.Many2one(
        "product.category", "Product Category", readonly=True, index="btree_not_null"
    )
    policy_id = fields.Many2one(
        "distribution.policy", readonly=True, index="btree_not_null"
    )
    agreement_id = fields.Many2one(
        "distribution.agreement", readonly=True, index="btree_not_null"
    )
    gap_id = fields.Many2one("distribution.gap", readonly=True, index="btree_not_null")
    offered_on = fields.Datetime("Routed On", readonly=True)
    deadline = fields.Datetime("Answer By", readonly=True)
    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.partner", readonly=True)
    answer = fields.Char("Reason Given", readonly=True)
    withdrawal = fields.Selection(WITHDRAWALS, "Withdrawn Because", readonly=True)
    checked_on = fields.Datetime("Last Tried", readonly=True)
    # names the offer to its intermediary: a number would count all offers
    key = fields.Char(readonly=True, groups="base.group_system")
    secret = fields.Char(readonly=True, groups="base.group_system")
    told_on = fields.Datetime("Mail Sent", readonly=True)
    end_told_on = fields.Datetime("End Mail Sent", readonly=True)
    talk_ids = fields.One2many(
        "distribution.message",
        "route_id",
        "Messages with the Intermediary",
        readonly=True,
    )

    _current_uniq = models.UniqueIndex(
        "(lead_id) WHERE is_current", "This lead is being routed already."
    )
    _key_uniq = models.UniqueIndex("(key)", "Another offer has this key.")
    _deadline_idx = models.Index("(deadline) WHERE state = 'offered'")
    _standing_idx = models.Index("(checked_on) WHERE is_current AND partner_id IS NULL")

    @api.depends_context("lang")
    @api.depends("state", "partner_id", "decided_by", "candidate_ids")
    def _compute_reason(self):
        for route in self:
            route.reason = route._in_words()

    def action_withdraw(self):
        """Take leads back from intermediaries, and leave them to the salespeople."""
        self.check_access("write")
        self._withdraw("manual")

    def action_write_message(self):
        """One of us writes to whoever has the lead."""
        return self._open_writing()

    @api.model
    def _cron_offers(self):
        """Tell intermediaries what is offered, and hand on what nobody answered."""
        kinds = (
            (self._lapsed_domain, lambda routes: routes._expire(), 50),
            (self._untold_domain, lambda routes: routes._tell_offer(), 1),
            (self._end_untold_domain, lambda routes: routes._tell_end(), 1),
        )
        for number, (domain, step, batch) in enumerate(kinds):
            rest = [later for later, _step, _batch in kinds[number + 1 :]]
            outcome = work_through(
                self,
                domain,
                step,
                batch,
                more=lambda rest=rest: sum(self.search_count(d()) for d in rest),
            )
            if outcome.out_of_time:
                return

    @api.model
    def _cron_retry(self):
        """Try leads again that nobody could take."""
        start = fields.Datetime.now()
        work_through(
            self,
            lambda: self._retry_domain(start),
            lambda routes: routes._retry(),
            batch=100,
        )

    @api.model
    def _lapsed_domain(self) -> Domain:
        return Domain("state", "=", "offered") & Domain(
            "deadline", "<=", fields.Datetime.now()
        )

    @api.model
    def _untold_domain(self) -> Domain:
        return Domain("state", "=", "offered") & Domain("told_on", "=", False)

    @api.model
    def _end_untold_domain(self) -> Domain:
        return (
            Domain("state", "in", ("expired", "withdrawn"))
            & Domain("told_on", "!=", False)
            & Domain("end_told_on", "=", False)
        )

    @api.model
    def _retry_domain(self, start) -> Domain:
        """Leads that wait for room; of the others, those that no salesperson has yet.

        However old they are.
        """
        waiting = Domain("state", "=", "waiting") & Domain("checked_on", "<", start)
        left = (
            Domain("state", "in", ("gap", "refused"))
            & Domain("checked_on", "<", start - timedelta(hours=20))
            & Domain("lead_id.user_id", "=", False)
        )
        return Domain("is_current", "=", True) & (waiting | left)

    def _retry(self):
        self.lead_id._route()
        # tried, also where a lead is closed or was given to somebody by hand
        self.filtered("is_current").write({"checked_on": fields.Datetime.now()})

    def _accept(self, by):
        """The intermediary takes the lead.

        :param by: the contact who says so
        :raise UserError: the offer is over, or it is not this contact's
        """
        self.ensure_one()
        # sudo: an intermediary has no rights on offers; whose it is is asked inside
        offer = self.sudo()
        offer._check_answer(by, ("offered",))
        offer.write(
            {
                "state": "accepted",
                "answered_on": fields.Datetime.now(),
                "answered_by_id": by.id,
            }
        )
        offer.lead_id.write(
            {
                "partner_assigned_id": offer.partner_id.id,
                "distribution_state": "accepted",
            }
        )
        offer._note(self.env._("Accepted by %s.", by.display_name), by)

    def _decline(self, by, reason: str = ""):
        """The intermediary does not want the lead: it goes on to the next one.

        :raise UserError: the offer is over, or it is not this contact's
        """
        self._refuse(by, reason, "offered", "declined")

    def _give_back(self, by, reason: str = ""):
        """The intermediary had the lead and does not want it any more.

        :raise UserError: it is not this contact's
        """
        self._refuse(by, reason, "accepted", "returned")

    def _refuse(self, by, reason: str, before: str, after: str):
        """It goes on to the next one, and never to this one again."""
        self.ensure_one()
        # sudo: an intermediary has no rights on offers; whose it is is asked inside
        offer = self.sudo()
        offer._check_answer(by, (before,))
        offer.write(
            {
                "state": after,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": by.id,
                "answer": (reason or "").replace("\x00", "").strip()[:500],
            }
        )
        offer.lead_id.write(
            {
                "partner_assigned_id": False,
                "partner_declined_ids": [fields.Command.link(offer.partner_id.id)],
                "distribution_state": "none",
            }
        )
        if after == "returned":
            text = self.env._("Given back by %s.", by.display_name)
        else:
            text = self.env._("Declined by %s.", by.display_name)
        offer._note(f"{text} {offer.answer}".strip(), by)
        offer.lead_id._route()
        offer._call_job("crm_distribution.cron_retry_leads")

    def _check_answer(self, by, states) -> None:
        fits = self.is_current and self.state in states and self._in_time()
        if not fits or not self._is_for(by):
            raise UserError(self.env._("This offer is over."))

    def _is_for(self, contact) -> bool:
        """Whether a contact may answer: of that company now, and both still there."""
        self.ensure_one()
        partner = self.partner_id
        return bool(
            partner.active
            and contact.active
            and contact.commercial_partner_id == partner
        )

    def _in_time(self) -> bool:
        return self.state != "offered" or self.deadline > fields.Datetime.now()

    def _expire(self):
        """Nobody answered: on to the next one."""
        self.write({"state": "expired"})
        for route in self:
            route._note(
                self.env._("%s did not answer in time.", route.partner_id.display_name)
            )
        leads = self.lead_id
        leads.write({"distribution_state": "none"})
        leads._route()
        self._call_job("crm_distribution.cron_retry_leads")

    def _withdraw(self, why: str):
        """Take leads back from intermediaries, and waiting ones out of the queue."""
        # sudo: whoever changes a lead; what follows from it is not his to decide
        routes = self.sudo().filtered(
            lambda route: (
                route.is_current and route.state in ("offered", "accepted", *STANDING)
            )
        )
        if not routes:
            return
        offers = routes.filtered(lambda route: route.state not in STANDING)
        offers.write({"state": "withdrawn", "withdrawal": why, "is_current": False})
        (routes - offers).write({"is_current": False, "withdrawal": why})
        routes.lead_id.write(
            {"distribution_state": "none", "partner_assigned_id": False}
        )
        if offers:
            self._call_job("crm_distribution.cron_work_offers")
            self._call_job("crm_distribution.cron_retry_leads")

    @api.model
    def _merge_candidates(self, src_partners, dst_partner) -> None:
        """Who was looked at for a lead is the contact that is kept.

        Nothing finds a contact within a document but to look through all: done where
        one of them has been an intermediary, once in a while.
        """
        agreements = self.env["distribution.agreement"]
        if not agreements.search_count(
            [("partner_id", "in", src_partners.ids)], limit=1
        ):
            return
        self.flush_model(["candidates"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE distribution_route
                   SET candidates = (
                       SELECT jsonb_agg(
                                  CASE WHEN value -> 0 = ANY(%(merged)s)
                                       THEN jsonb_set(value, '{0}', %(kept)s)
                                       ELSE value END ORDER BY rank)
                         FROM jsonb_array_elements(candidates::jsonb)
                              WITH ORDINALITY AS line (value, rank))
                 WHERE EXISTS (
                     SELECT FROM jsonb_array_elements(candidates::jsonb) AS line (value)
                      WHERE value -> 0 = ANY(%(merged)s))
                """,
                merged=SQL("%s::jsonb[]", [str(id_) for id_ in src_partners.ids]),
                kept=SQL("%s::jsonb", str(dst_partner.id)),
            )
        )
        self.invalidate_model(["candidates", "candidate_ids"])

    def _note(self, text: str, by=None):
        """On the lead, and to its salesperson."""
        self._say(text, by or self.env.ref("base.partner_root"))

    def _say(self, text: str, author, message_type="notification", to=None):
        """Nobody begins to follow the lead by it."""
        self.ensure_one()
        to = to or self.lead_id.user_id
        self.lead_id.with_context(mail_post_autofollow_author_skip=True).message_post(
            body=text,
            author_id=author.id,
            partner_ids=to.partner_id.ids,
            message_type=message_type,
            subtype_xmlid="mail.mt_note",
        )

    @api.model
    def _call_job(self, xmlid: str):
        # sudo: jobs are called by whatever happens, whoever did it
        jobs = self.env["ir.cron"].sudo()
        id_ = self.env["ir.model.data"]._xmlid_to_res_id(xmlid, True)
        jobs.browse(id_)._trigger()

    def _tell_offer(self):
        """Mail to each who may answer, one by one; and word to the salespeople."""
        for route in self:
            if route._in_time():
                route._send_to_contacts("crm_distribution.mail_template_offer")
                route._tell_salesperson()
            route.told_on = fields.Datetime.now()

    def _tell_end(self):
        for route in self:
            route._send_to_contacts("crm_distribution.mail_template_offer_over")
            route.end_told_on = fields.Datetime.now()

    def _tell_salesperson(self):
        """Who looks after the intermediary is told; the lead stays whose it is."""
        self.ensure_one()
        user = self.partner_id.user_id
        if not user or user == self.lead_id.user_id:
            return
        self.lead_id.message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.env._("Lead offered to %s", self.partner_id.display_name),
            body=self.reason or "",
            author_id=self.env.ref("base.partner_root").id,
        )

    def _answering_contacts(self):
        """Whom the offer is sent to: the company, and its contacts with a login."""
        self.ensure_one()
        partner = self.partner_id
        contacts = self.env["res.partner"].search(
            Domain("commercial_partner_id", "=", partner.id)
            & Domain("user_ids.active", "=", True)
            & Domain("email", "!=", False)
        )
        found = {}
        for contact in partner | contacts:
            address = email_normalize(contact.email)
            if not address or contact.commercial_partner_id != partner:
                continue
            # one with a login rather than the company at the same address
            if address not in found or contact.user_ids:
                found[address] = contact
        return self.env["res.partner"].browse(c.id for c in found.values())

    def _send_to_contacts(self, template_id: str):
        self.ensure_one()
        template = self.env.ref(template_id, raise_if_not_found=False)
        if not template or not self.partner_id.active:
            return
        sender = self.lead_id.user_id.email_formatted or self.company_id.email_formatted
        self.env["mail.mail"].create(
            [
                write_mail(template, self, contact, sender, **self._mail_words(contact))
                for contact in self._answering_contacts()
            ]
        )

    def _mail_words(self, contact) -> dict[str, str]:
        """With a link that is this contact's alone."""
        env = self.with_context(lang=contact.lang or self.env.lang).env
        zone = contact.tz or self.company_id.partner_id.tz
        return {
            "link": self._offer_url(contact),
            "deadline": written_moment(env, self.deadline, zone),
        }

    def _offer_url(self, contact) -> str:
        token = self._link_token(contact)
        return f"{self.get_base_url()}/channel/offer/{self.key}/{token}"

    def _link_token(self, contact) -> str:
        """Signs this offer for this contact, until its deadline."""
        signature = hmac(
            self.env,
            LINK_SCOPE,
            (
                self.id,
                self.secret,
                contact.id,
                fields.Datetime.to_string(self.deadline),
            ),
        )
        return f"{contact.id}-{signature}"

    @api.model
    def _by_link(self, key: str, token: str):
        """The offer that a mail's link leads to, and whose link it is.

        Nothing for a link that was never made or whose contact is of another company
        now. A link of an offer that is over still leads to it, to say so.
        """
        # sudo: the link's signature is what opens it
        found = self.sudo().search([("key", "=", key.replace("\x00", ""))])
        contact_id, _dash, _rest = token.partition("-")
        nothing = self.browse(), self.env["res.partner"]
        if not found or not token.isascii() or not contact_id.isdigit():
            return nothing
        # an id that no column can hold is nobody's
        contact = found.env["res.partner"].browse(int(contact_id[:9])).exists()
        if not contact or not consteq(token, found._link_token(contact)):
            return nothing
        return (found, contact) if found._is_for(contact) else nothing

    @api.model
    def _new_keys(self, count: int) -> list[tuple[str, str]]:
        """A key and a secret for each of so many offers, of 12 and 24 random bytes."""
        drawn = secrets.token_urlsafe(36 * count)
        keys = [drawn[at : at + 48] for at in range(0, len(drawn), 48)]
        return [(key[:16], key[16:]) for key in keys]

    def _in_words(self) -> str:
        self.ensure_one()
        if not self.partner_id:
            text = NOBODY.get(self.state)
            return self.env._(text(self.considered)) if text else ""
        # sudo: who may read an offer is told why; the list beside it has his own alone
        first, second = (*self.sudo().candidate_ids[:2], None, None)[:2]
        if not first or self.decided_by not in DECIDED:
            return ""
        words = {
            "partner": self.partner_id.display_name,
            "open": first.open_count,
            "recent": first.recent_count,
            "accepted": first.accepted_count,
            "answered": first.answered_count,
            "distance": first._distance_in_words(),
        }
        if second:
            words |= {
                "next": second.partner_id.display_name,
                "next_open": second.open_count,
                "next_recent": second.recent_count,
                "next_accepted": second.accepted_count,
                "next_answered": second.answered_count,
            }
        return self.env._(DECIDED[self.decided_by](words))
