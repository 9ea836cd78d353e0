from datetime import date
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_suite.tabular.dates import parse_date
from odoo.addons.crm_suite.tabular.numbers import parse_number
from odoo.addons.crm_suite.tools.dates import typed_day, written_day

# the fields of the form, and which of them must be filled in
REQUIRED = [
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_city",
    "customer_country_id",
    "category_id",
    "amount_expected",
    "date_close",
]
OPTIONAL = ["customer_vat", "customer_website", "customer_zip", "description"]
LONGEST, LONGEST_STORY = 250, 4000
OPEN = ("submitted", "approved")
SHOWN = [
    "customer_email",
    "customer_phone",
    "customer_vat",
    "customer_website",
    "customer_city",
    "customer_zip",
    "description",
]


class DistributionRegistration(models.Model):
    """What an intermediary sees of its own deals, as values by name."""

    _name = "distribution.registration"
    _inherit = ["distribution.registration", "distribution.own.mixin"]
    _portal_key = "number"

    @api.model
    def _portal_is_of_several(self, partner) -> bool:
        """Whether its deals are with more than one of our companies."""
        deals, own = self._portal_own(partner)
        return len(deals._read_group(own, ["company_id"])) > 1

    @api.model
    def _portal_deals(self, partner, limit: int, offset: int) -> list[dict[str, Any]]:
        deals, own = self._portal_own(partner)
        found = deals.search(own, limit=limit, offset=offset, order="number desc")
        return found._portal_values()

    def _portal_page(self, user) -> dict[str, Any]:
        """One deal, with what was written about it."""
        return self._portal_values()[0] | {"messages": self._portal_messages(user)}

    def _portal_values(self) -> list[dict[str, Any]]:
        labels = dict(self._fields["status"]._description_selection(self.env))
        return [
            {
                "number": one.number,
                "name": one.customer_name,
                "category": one.category_id.name,
                "amount": one.amount_expected,
                "currency": one.currency_id,
                "company": one.company_id.name,
                "status": one.status,
                "status_name": labels[one.status],
                "decide_by": one._portal_moment(one.decide_by),
                "ends_on": one.ends_on,
                "ends_on_text": written_day(self.env, one.ends_on),
                "days_left": one._days_left(),
                "may_extend": one.status == "approved" and not one.extended_on,
                "files": one.evidence_ids.sorted("id").mapped("name"),
                "lines": one._portal_lines(),
            }
            for one in self
        ]

    def _portal_lines(self) -> list[tuple[str, str]]:
        """What was typed, and when it was sent, with the labels of the fields."""
        labels = {
            name: self._fields[name]._description_string(self.env) for name in SHOWN
        }
        lines = [
            (self.env._("Submitted"), self._portal_moment(self.submitted_on)),
            (self.env._("Goods"), self.category_id.name),
            *((labels[name], self[name]) for name in SHOWN if self[name]),
            (self.env._("Country"), self.customer_country_id.name or ""),
            (self.env._("Expected Close"), written_day(self.env, self.date_close)),
        ]
        return [(label, text) for label, text in lines if text]

    def _portal_moment(self, moment) -> str:
        """A moment on the reader's own clock."""
        if not moment:
            return ""
        zone = self.env.user.tz or self.company_id.partner_id.tz or "UTC"
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
        return f"{written_day(self.env, local.date())} {local:%H:%M}"

    def _days_left(self) -> int | None:
        if self.status != "approved":
            return None
        return (self.ends_on - self.company_id._today()).days + 1

    @api.model
    def _portal_choices(self, partner) -> dict[str, Any]:
        """Countries, the goods that the intermediary's agreements are about, a day."""
        # sudo: the names of what it may choose
        env = self.sudo().env
        agreements = env["distribution.agreement"].search(
            [("partner_id", "=", partner.id), ("state", "=", "active")]
        )
        categories = agreements.category_id
        limited = categories and all(one.category_id for one in agreements)
        goods = env["product.category"].search(
            Domain("id", "child_of", categories.ids) if limited else Domain.TRUE
        )
        countries = env["res.country"].search([])
        return {
            "categories": [(one.id, one.display_name) for one in goods],
            "countries": [(one.id, one.name) for one in countries],
            "day": self._portal_example_day(),
        }

    @api.model
    def _portal_example_day(self) -> str:
        """How a day may be typed."""
        return typed_day(self.env, date(date.today().year + 1, 3, 31))

    @api.model
    def _portal_typed(self, post: dict[str, str]) -> dict[str, str]:
        """What was sent for fields of the form, and for nothing else."""
        return {
            name: (post.get(name) or "")
            .replace("\x00", "")
            .strip()[: LONGEST_STORY if name == "description" else LONGEST]
            for name in [*REQUIRED, *OPTIONAL]
        }

    @api.model
    def _portal_read(self, partner, post) -> tuple[dict[str, Any], dict[str, str]]:
        """
        :return: values of the form, and what is wrong by field
        """
        values: dict[str, Any] = {
            name: text for name, text in self._portal_typed(post).items() if text
        }
        errors = {
            name: self.env._("Please fill this in.")
            for name in REQUIRED
            if name not in values
        }
        choices = self._portal_choices(partner)
        for name, options in (
            ("customer_country_id", dict(choices["countries"])),
            ("category_id", dict(choices["categories"])),
        ):
            if name in values:
                ids = {str(id_): id_ for id_ in options}
                values[name] = ids.get(values[name])
                if not values[name]:
                    errors[name] = self.env._("Please choose one of the list.")
        if "amount_expected" in values:
            try:
                values["amount_expected"] = parse_number(values["amount_expected"])
            except ValueError:
                errors["amount_expected"] = self.env._(
                    "Please write a number, such as 12000."
                )
            else:
                if values["amount_expected"] < 0:
                    errors["amount_expected"] = self.env._(
                        "Please write an amount above 0."
                    )
        if "date_close" in values:
            try:
                values["date_close"] = parse_date(values["date_close"])
            except ValueError:
                errors["date_close"] = self.env._(
                    "Please write a day, such as %s.", self._portal_example_day()
                )
        return values, errors

    @api.model
    def _portal_submit(self, user, values: dict[str, Any], files) -> dict[str, Any]:
        partner = self.env["res.partner"]._distribution_company_of(user)
        if not partner or not partner._is_intermediary():
            raise AccessError(self.env._("Only intermediaries register deals."))
        # sudo: the company is checked, and the values are those of the form
        deals = self.sudo().with_context(mail_create_nosubscribe=True)
        deal = deals._submit(
            partner,
            user.sudo().company_id,
            {**values, "submitted_by_id": user.sudo().partner_id.id},
            files,
        )
        return deal._portal_values()[0]

    def _portal_news(self, by, text: str, files, asks_extension: bool) -> None:
        """
        :param self: in superuser mode, from `_portal_deal`
        """
        if self.status in OPEN:
            self._take_news(by, text, files, asks_extension)
        else:
            # what has ended can be talked about, and is not brought back by it
            self._hear(by, text)

    def _talk_starter(self):
        return self.submitted_by_id

    def _talk_url(self):
        return f"/my/channel/deal/{self.number}"

    def _tell_us(self, by, text):
        """Whoever decides, or looks after the intermediary, or manages."""
        to = (
            self.user_id
            or self.partner_id.user_id
            or self.company_id._distribution_responsible()
        )
        self._say(text, by, to.partner_id, "comment")

    def _note_written(self, author, text):
        partner = self.partner_id.display_name
        self._say(
            self.env._("Written to %(partner)s: %(text)s", partner=partner, text=text),
            author,
            self.env["res.partner"],
        )

    def _say(self, text: str, author, to, message_type="notification"):
        """A note for the people of the house; nobody begins to follow by it."""
        quiet = self.with_context(
            mail_post_autofollow_author_skip=True, mail_post_autofollow=False
        )
        quiet.message_post(
            body=text,
            author_id=author.id,
            partner_ids=to.ids,
            message_type=message_type,
            subtype_xmlid="mail.mt_note",
        )
