from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import day_at, written_day
from odoo.addons.crm_suite.tools.links import (
    read_link,
    read_merged_holder,
    sign_link,
)

from .preference_words import all_choices, choice

# a link to one's preferences stands at the end of mails, which people open late
VALID_HOURS = 24 * 180
MOST_PROOFS = 50


class EcrmPreference(models.Model):
    """When a person wants quiet, and the page on which he says what he wants.

    Named values for the portal; it has no rights on the records.
    """

    _name = "ecrm.preference"
    _description = "Contact Preferences"
    _inherit = [
        "suite.customer.data.mixin",
        "suite.number.mixin",
        "suite.key.mixin",
    ]
    _rec_name = "partner_id"
    _protected_fields = {"partner_id"}
    _number_limits = {"quiet_from": (0, 24), "quiet_to": (0, 24)}

    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, readonly=True, ondelete="cascade"
    )
    quiet = fields.Boolean("Quiet Hours", help="By the person's own clock")
    quiet_from = fields.Float("From", default=21)
    quiet_to = fields.Float("To", default=8)
    over_midnight = fields.Boolean(
        compute="_compute_over_midnight", store=True, precompute=True
    )
    zone = fields.Selection(related="partner_id.tz", store=True, string="Time Zone")

    _partner_uniq = models.UniqueIndex("(partner_id)", "One sheet for each person.")
    _quiet_range = models.Constraint(
        "CHECK (quiet_from BETWEEN 0 AND 24 AND quiet_to BETWEEN 0 AND 24)",
        "Hours lie between 0 and 24.",
    )

    @api.depends("quiet_from", "quiet_to")
    def _compute_over_midnight(self):
        for one in self:
            one.over_midnight = one.quiet_from > one.quiet_to

    @api.constrains("quiet", "quiet_from", "quiet_to")
    def _check_quiet(self):
        for one in self:
            if one.quiet and one.quiet_from == one.quiet_to:
                raise ValidationError(
                    self.env._("Quiet hours end at another hour than they begin.")
                )

    @api.model
    def _of(self, partner):
        """The person's sheet, made where there is none; in superuser mode."""
        # sudo: the caller asks for a person that he has
        sheets = self.sudo()
        mine = Domain("partner_id", "=", partner.id)
        found = sheets.search(mine)
        if not found:
            sheets.env["suite.turn"]._take([f"ecrm.preference {partner.id}"])
            found = sheets.search(mine) or sheets.create({"partner_id": partner.id})
        return found

    @api.model
    def _by_link(self, token: str):
        """The sheet of that link, in superuser mode, or none.

        Of contacts that were merged one sheet is left: links to the others lead to it.
        """
        sheet, holder = read_link(self, "preferences", token)
        if not sheet and (holder := read_merged_holder(self, "preferences", token)):
            sheet = sheet.search([("partner_id", "=", holder.id)])
        return sheet if sheet.partner_id == holder else sheet.browse()

    def _link(self) -> str:
        """The address of the page for whoever has no login."""
        self.ensure_one()
        token = sign_link(self, self.partner_id, "preferences", VALID_HOURS)
        return f"{self.get_base_url()}/voice/preferences/{token}"

    @api.model
    def _quiet_domain(self, when: datetime) -> Domain:
        """The sheets of those who want quiet at this moment, each by his own clock."""
        # sudo: where the company is is no secret
        at_home = self.env.company.sudo().partner_id.tz or "UTC"
        quiet = Domain.FALSE
        for hour, zones in _zones_by_hour(when.replace(second=0, microsecond=0)):
            here = Domain("zone", "in", [*zones, False] if at_home in zones else zones)
            begun, lasts = (
                Domain("quiet_from", "<=", hour),
                Domain("quiet_to", ">", hour),
            )
            overnight = Domain("over_midnight", "=", True)
            quiet |= here & (
                (~overnight & begun & lasts) | (overnight & (begun | lasts))
            )
        return Domain("quiet", "=", True) & quiet

    @api.model
    def _portal_values(self, partner, with_proof=True) -> dict[str, Any]:
        """The page of a person: what counts, since when, and how it came to be."""
        # sudo: the page is his own; whose it is was asked before
        partner = partner.sudo()
        # sudo: as above
        sheet = self.sudo().search([("partner_id", "=", partner.id)])
        consents = self.env["ecrm.consent"]
        current = consents._current(partner)
        media = consents._fields["medium"]._description_selection(self.env)
        purposes = consents._fields["purpose"]._description_selection(self.env)
        return {
            "media": media,
            "rows": [
                {
                    "label": purposes_label,
                    "boxes": [
                        {
                            "name": choice(medium, purpose),
                            "on": current.get((medium, purpose), False),
                            "said": (medium, purpose) in current,
                            "label": media_label,
                            "text": consents._text(medium, purpose),
                        }
                        for medium, media_label in media
                    ],
                }
                for purpose, purposes_label in purposes
            ],
            "quiet": sheet.quiet,
            "quiet_from": _clock(sheet.quiet_from if sheet else 21),
            "quiet_to": _clock(sheet.quiet_to if sheet else 8),
            "lang": partner.lang,
            "langs": self.env["res.lang"].get_installed(),
            "proofs": self._portal_proofs(partner) if with_proof else [],
        }

    @api.model
    def _portal_typed(self, partner, post: dict[str, str]) -> dict[str, Any]:
        """The page again where what was sent is not taken, as it was filled in."""
        page = self._portal_values(partner)
        for box in (box for row in page["rows"] for box in row["boxes"]):
            box["on"] = bool(post.get(box["name"]))
        hours = {name: post.get(name, "")[:5] for name in ("quiet_from", "quiet_to")}
        chosen = {"lang": post.get("lang") or page["lang"]}
        return {**page, **hours, **chosen, "quiet": bool(post.get("quiet"))}

    def _portal_proofs(self, partner) -> list[dict[str, str]]:
        # sudo: his own statements
        lines = (
            self.env["ecrm.consent"]
            .sudo()
            .search([("partner_id", "=", partner.id)], limit=MOST_PROOFS)
        )
        zone = partner.tz or self.env.company._zone(self.env.company.id)
        states = dict(lines._fields["state"]._description_selection(self.env))
        sources = dict(lines._fields["source"]._description_selection(self.env))
        return [
            {
                "on": written_day(self.env, day_at(line.stated_on, zone)),
                "state": states[line.state],
                "how": sources[line.source],
                "text": line.text_shown,
                "counts": line.is_latest,
            }
            for line in lines
        ]

    @api.model
    def _portal_read(self, post: dict[str, str]) -> dict[tuple[str, str], bool]:
        """Each box of the page: what is not ticked is not agreed to."""
        return {(m, p): bool(post.get(choice(m, p))) for m, p in all_choices()}

    @api.model
    def _portal_changes(self, partner, post: dict[str, str]) -> dict:
        """What differs from what counts: an empty box that was empty says nothing."""
        current = self.env["ecrm.consent"]._current(partner)
        return {
            key: agrees
            for key, agrees in self._portal_read(post).items()
            if agrees != current.get(key, False)
        }

    @api.model
    def _portal_save(self, user, post: dict[str, str]) -> None:
        """The person, signed in, says what he wants.

        :raise ValidationError: hours that are none
        """
        partner = user.partner_id
        self._of(partner)._set_quiet(post)
        changes = self._portal_changes(partner, post)
        self.env["ecrm.consent"]._say(partner, changes, "portal")
        self._set_language(partner, post.get("lang", ""))

    @api.model
    def _link_save(self, sheet, post: dict[str, str]) -> tuple[bool, bool]:
        """Whoever holds the link: withdraws now, and has to confirm what he agrees to.

        :param sheet: in superuser mode, from `_by_link`
        :return: whether something was withdrawn, whether something waits for a mail
        """
        changes = self._portal_changes(sheet.partner_id, post)
        no = {key: False for key, agrees in changes.items() if not agrees}
        yes = [key for key, agrees in changes.items() if agrees]
        self.env["ecrm.consent"]._say(sheet.partner_id, no, "link")
        if yes:
            self.env["ecrm.consent.request"]._ask(sheet.partner_id, yes)
        return bool(no), bool(yes)

    def _set_quiet(self, post: dict[str, str]) -> None:
        """
        :param self: in superuser mode
        """
        values: dict[str, Any] = {"quiet": bool(post.get("quiet"))}
        if values["quiet"]:
            for name in ("quiet_from", "quiet_to"):
                values[name] = _hours(post.get(name, ""))
            if None in values.values():
                raise ValidationError(self.env._("Please write hours, such as 21:30."))
        self.write(values)

    @api.model
    def _set_language(self, partner, code: str) -> None:
        if code in dict(self.env["res.lang"].get_installed()) and code != partner.lang:
            # sudo: his own contact; the language is one of those installed
            partner.sudo().lang = code

    @api.model
    def _merge_partners(self, sources, target):
        """The contact that is left keeps its sheet, or takes that of another."""
        kept = self.search([("partner_id", "=", target.id)])
        others = self.search([("partner_id", "in", sources.ids)], order="id")
        if not kept and others:
            others[0].partner_id = target
            others = others[1:]
        elif others.filtered("quiet") and not kept.quiet:
            # who wanted quiet as one of them wants it
            quiet = others.filtered("quiet")[0]
            kept.write(
                {
                    "quiet": True,
                    "quiet_from": quiet.quiet_from,
                    "quiet_to": quiet.quiet_to,
                }
            )
        others.unlink()
        self.flush_model()


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hours(text: str) -> float | None:
    """The hour that a clock shows, or none."""
    hours, colon, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 2):
        return None
    if colon and not (minutes.isascii() and minutes.isdigit() and len(minutes) == 2):
        return None
    value = int(hours) + int(minutes or 0) / 60
    return value if value <= 24 and int(minutes or 0) < 60 else None


@lru_cache(maxsize=16)
def _zones_by_hour(when: datetime) -> list[tuple[float, list[str]]]:
    """What the clocks of the world show at a minute, so that nobody's is looked up."""
    found = defaultdict(list)
    moment = pytz.utc.localize(when)
    for zone in pytz.all_timezones:
        local = moment.astimezone(pytz.timezone(zone))
        found[local.hour + local.minute / 60].append(zone)
    return [*found.items()]
