from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.auth_signup.models.res_partner import SignupError
from odoo.addons.crm_suite.tools.links import read_link, sign_link

from .preference_words import PURPOSES, all_choices

VALID_HOURS = 72
MOST_A_DAY = 3
KEPT = timedelta(days=30)
# what the link of each mail is for
CONFIRMS = {"consent": "confirm", "account": "account"}


class EcrmConsentRequest(models.Model):
    """Consent or an account that somebody asked for by a link; its address confirms.

    A link may have been forwarded: who holds it can withdraw, and not agree. What he
    wants to agree to goes to the address on file, and that mail's link alone does it.
    """

    _name = "ecrm.consent.request"
    _description = "Wish to Confirm"
    _inherit = ["suite.customer.data.mixin", "suite.key.mixin"]
    _order = "id desc"
    _protected_fields = {
        *("partner_id", "kind", "choices", "address", "res_model", "res_id"),
        *("requested_on", "confirmed_on"),
    }

    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [("consent", "Consent"), ("account", "Account")],
        required=True,
        readonly=True,
        default="consent",
    )
    choices = fields.Json(readonly=True)
    address = fields.Char("Sent to", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Asked For At", model_field="res_model", readonly=True
    )
    requested_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    confirmed_on = fields.Datetime(readonly=True)

    @api.model
    def _ask(self, partner, choices: list[tuple[str, str]], record=None) -> bool:
        """Send the mail that confirms a consent, to the address on file.

        :param record: on whose page it was asked for: once a day
        :return: whether one was sent; the page says the same in either case
        """
        return bool(choices) and self._send_wish("consent", partner, record, choices)

    @api.model
    def _ask_account(self, partner, record) -> bool:
        """Send the mail that opens an account, or that tells of the one there is."""
        return self._send_wish("account", partner, record)

    @api.model
    def _send_wish(self, kind: str, partner, record, choices=()) -> bool:
        # sudo: holders of a link have no rights; what they may do ends here
        requests = self.sudo()
        requests.env["suite.turn"]._take([f"ecrm.consent.request {partner.id}"])
        since = fields.Datetime.now() - timedelta(days=1)
        lately = requests.search(
            [("partner_id", "=", partner.id), ("requested_on", ">", since)]
        )
        at = (record._name, record.id) if record else (False, 0)
        again = bool(record) and (kind, *at) in {
            (one.kind, one.res_model, one.res_id) for one in lately
        }
        if not partner.email_normalized or len(lately) >= MOST_A_DAY or again:
            return False
        request = requests.create(
            {
                "partner_id": partner.id,
                "kind": kind,
                "choices": [list(one) for one in choices],
                "address": partner.email_normalized,
                "res_model": at[0],
                "res_id": at[1],
            }
        )
        request._send()
        return True

    def _send(self):
        person = self.partner_id
        lang = person.lang or self.env.lang
        here = self.with_context(lang=lang)
        token = sign_link(self, person, CONFIRMS[self.kind], VALID_HOURS)
        values = {"name": person.name, "hours": VALID_HOURS}
        if self.kind == "account":
            person._voice_mail(
                "crm_ecrm.mail_confirm_account",
                here.env._("Please confirm that you want an account"),
                {
                    **values,
                    "url": f"{self.get_base_url()}/voice/account/{token}",
                    "login": self._known_user().login,
                },
            )
            return
        texts = self.env["ecrm.consent"].with_context(lang=lang)
        person._voice_mail(
            "crm_ecrm.mail_confirm_consent",
            here.env._("Please confirm your consent"),
            {
                **values,
                "url": f"{self.get_base_url()}/voice/consent/{token}",
                "texts": [texts._text(*one) for one in self._wanted()],
            },
        )

    @api.model
    def _by_link(self, token: str, kind: str = "consent"):
        """The request of that mail, in superuser mode; none for another address."""
        request, holder = read_link(self, CONFIRMS[kind], token)
        if request and (holder.email_normalized, kind) != (
            request.address,
            request.kind,
        ):
            return request.browse()
        return request

    @api.model
    def _offered(self) -> list[tuple[str, str]]:
        """What may be agreed to at the foot of a page: each purpose, by mail."""
        labels = dict(
            self.env["ecrm.consent"]._fields["purpose"]._description_selection(self.env)
        )
        return [(purpose, labels[purpose]) for purpose, _label in PURPOSES]

    def _wanted(self) -> list[tuple[str, str]]:
        known = all_choices()
        return [tuple(one) for one in self.choices or () if tuple(one) in known]

    def _portal_texts(self) -> list[str]:
        consents = self.env["ecrm.consent"]
        return [consents._text(*one) for one in self._wanted()]

    def _confirm(self):
        """The address has confirmed; a second time says nothing new.

        :param self: in superuser mode, from `_by_link`
        """
        self.ensure_one()
        if self.confirmed_on:
            return
        self.confirmed_on = fields.Datetime.now()
        self.env["ecrm.consent"]._say(
            self.partner_id,
            dict.fromkeys(self._wanted(), True),
            "confirmed",
            lang=self.partner_id.lang,
        )

    def _known_user(self):
        """Who signs in with that address already, or as that person."""
        users = self.env["res.users"].with_context(active_test=False)
        return users.search(
            Domain("partner_id", "=", self.partner_id.id)
            | Domain("login", "=", self.address),
            order="active desc, id",
            limit=1,
        )

    def _open_account(self) -> str:
        """The address has confirmed: where its owner chooses his password.

        By Odoo's own invitation, so that each person has one account.

        :param self: in superuser mode, from `_by_link`
        :return: that page; nothing where customers open no accounts themselves, or
            where there is one already
        """
        self.ensure_one()
        person = self.partner_id
        self.env["suite.turn"]._take([f"ecrm.account {self.address}"])
        first = not self.confirmed_on
        self.confirmed_on = self.confirmed_on or fields.Datetime.now()
        user = self._known_user()
        is_waiting = user.active and not user.login_date and not user._is_internal()
        if user and not (is_waiting and user.partner_id == person):
            return ""
        if not user and self.env["res.users"]._get_signup_invitation_scope() != "b2c":
            if first:
                self._tell_of_wish()
            return ""
        if not user:
            user = self._invite()
        person.signup_prepare()
        return person._get_signup_url_for_action()[person.id]

    def _invite(self):
        """The person's portal user, without a password until he chooses one.

        :raise UserError: Odoo refuses the address
        """
        person = self.partner_id
        record = self.env[self.res_model].browse(self.res_id).exists()
        company = person.company_id or record.company_id or self.env.company
        wizard = self.env["portal.wizard"].with_company(company).create({})
        invited = wizard.user_ids.create(
            {"wizard_id": wizard.id, "partner_id": person.id, "email": self.address}
        )
        invited._assert_user_email_uniqueness()
        try:
            return invited._create_user()
        except (SignupError, ValueError) as error:
            raise UserError(str(error)) from error

    def _tell_of_wish(self) -> None:
        """Hook: customers open no accounts themselves here, somebody has to invite."""

    @api.autovacuum
    def _gc_requests(self):
        """What nobody confirmed is no proof of anything."""
        self.search(
            Domain("confirmed_on", "=", False)
            & Domain("requested_on", "<", fields.Datetime.now() - KEPT),
            limit=10_000,
        ).unlink()
