from collections.abc import Mapping

from odoo import api, fields, models
from odoo.fields import Domain

from .preference_words import PURPOSES, REACHED_BY, SOURCES, STATES

Choices = Mapping[tuple[str, str], bool]


class EcrmConsent(models.Model):
    """What a person agreed to or withdrew, with its proof; the latest of it counts.

    Nothing is rewritten: who changes his mind adds a line. `_say` is the only writer.
    """

    _name = "ecrm.consent"
    _description = "Consent"
    _inherit = ["suite.customer.data.mixin", "suite.protected.mixin"]
    _order = "stated_on desc, id desc"
    _protected_fields = {
        *("partner_id", "medium", "purpose", "state", "stated_on", "source"),
        *("user_id", "address", "text_shown", "note", "is_latest"),
    }

    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, readonly=True, ondelete="cascade"
    )
    medium = fields.Selection(REACHED_BY, required=True, readonly=True)
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    stated_on = fields.Datetime("On", required=True, readonly=True)
    source = fields.Selection(SOURCES, "How", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Written by", readonly=True, ondelete="set null"
    )
    address = fields.Char(readonly=True, help="The person's mail or phone at that time")
    text_shown = fields.Text(readonly=True, help="What the person read and answered")
    note = fields.Text(readonly=True)
    is_latest = fields.Boolean("Counts", readonly=True)

    _latest_uniq = models.UniqueIndex(
        "(partner_id, medium, purpose) WHERE is_latest",
        "One statement counts for a person, a medium and a purpose.",
    )
    _partner_idx = models.Index("(partner_id)")

    @api.depends("medium", "purpose", "state")
    def _compute_display_name(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("medium", "purpose", "state")
        }
        for consent in self:
            consent.display_name = " · ".join(
                labels[name].get(consent[name], "") for name in labels
            )

    @api.model
    def _text(self, medium: str, purpose: str) -> str:
        """What is shown beside the box, and kept with the answer."""
        media = dict(self._fields["medium"]._description_selection(self.env))
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        return self.env._(
            "“%(purpose)s”, by “%(medium)s”: I agree to be contacted. I can withdraw "
            "this at any time.",
            purpose=purposes[purpose],
            medium=media[medium],
        )

    @api.model
    def _current(self, partner) -> dict[tuple[str, str], bool]:
        """What counts today; where a person said nothing, nothing stands there."""
        # sudo: the caller asks for a person that he has
        latest = self.sudo().search(
            [("partner_id", "=", partner.id), ("is_latest", "=", True)]
        )
        return {(one.medium, one.purpose): one.state == "given" for one in latest}

    @api.model
    def _say(self, partner, choices: Choices, source: str, note: str = "", lang=None):
        """Write down what a person says now; the same again adds nothing.

        :param choices: for each medium and purpose whether he agrees
        :return: the new lines, in superuser mode
        """
        # sudo: nobody has the right to write proofs; whose they are was asked before
        consents = self.sudo().with_context(lang=lang or self.env.lang)
        consents.env["suite.turn"]._take([f"ecrm.consent {partner.id}"])
        latest = consents.search(
            [("partner_id", "=", partner.id), ("is_latest", "=", True)]
        )
        held = {(one.medium, one.purpose): one for one in latest}
        new = {
            key: agrees
            for key, agrees in choices.items()
            if key not in held or (held[key].state == "given") != agrees
        }
        for key in new.keys() & held.keys():
            held[key].is_latest = False
        consents.flush_model()
        now = fields.Datetime.now()
        lines = consents.create(
            [
                {
                    "partner_id": partner.id,
                    "medium": medium,
                    "purpose": purpose,
                    "state": "given" if agrees else "withdrawn",
                    "stated_on": now,
                    "source": source,
                    "user_id": self.env.uid,
                    "address": consents._address(partner, medium),
                    "text_shown": consents._text(medium, purpose),
                    "note": note,
                    "is_latest": True,
                }
                for (medium, purpose), agrees in new.items()
            ]
        )
        lines._tell_mailings()
        return lines

    @api.model
    def _address(self, partner, medium: str) -> str:
        # sudo: kept as a part of the proof
        partner = partner.sudo()
        if medium == "email":
            return partner.email or ""
        if medium == "post":
            return partner._display_address(without_company=True)
        return partner.phone or ""

    def _tell_mailings(self):
        """Odoo's own mailings ask its blacklist, and not us."""
        blacklist = self.env["mail.blacklist"]
        for line in self:
            email = line.partner_id.email_normalized
            if not email or (line.medium, line.purpose) != ("email", "marketing"):
                continue
            if line.state == "withdrawn":
                blacklist._add(email)
            else:
                blacklist._remove(email)

    @api.model
    def _merge_partners(self, sources, target):
        """One person had several contacts: what he withdrew as any of them holds.

        Only which line counts is decided anew; every line is kept.
        """
        everybody = sources | target
        lines = self.search(
            Domain("partner_id", "in", everybody.ids) & Domain("is_latest", "=", True)
        )
        lines.is_latest = False
        self.flush_model()
        every = self.search([("partner_id", "in", everybody.ids)])
        every.partner_id = target
        for same in lines.grouped(lambda one: (one.medium, one.purpose)).values():
            withdrawn = same.filtered(lambda one: one.state == "withdrawn")
            latest = (withdrawn or same).sorted(lambda one: (one.stated_on, one.id))
            latest[-1:].is_latest = True
        self.flush_model()
