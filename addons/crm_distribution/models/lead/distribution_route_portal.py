from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount

from odoo.addons.crm_suite.tabular.numbers import parse_number

from .route_words import time_left, written_moment


class DistributionRoute(models.Model):
    """What an intermediary sees of its offers and leads, and what it may do there.

    Named values, never records: it has no rights on leads nor on offers.
    """

    _inherit = "distribution.route"

    @api.model
    def _portal_find(self, user, key: str):
        """An offer of the company that a portal user acts for; no other is there."""
        company = self.env["res.partner"]._distribution_company_of(user)
        # what no database holds is nobody's
        asked = Domain("key", "=", key.replace("\x00", ""))
        # sudo: portal users have no rights on offers; whose they are is asked here
        return self.sudo().search(asked & Domain("partner_id", "=", company.id or 0))

    @api.model
    def _portal_list(self, user) -> dict:
        """What a portal user's company is offered and has, from all companies here."""
        company = self.env["res.partner"]._distribution_company_of(user)
        # sudo: portal users have no rights on offers; whose they are is asked here
        routes = self.sudo().search(
            Domain("partner_id", "=", company.id or 0) & Domain("is_current", "=", True)
        )
        offers = routes.filtered(lambda one: one.state == "offered" and one._in_time())
        leads = routes.filtered(
            lambda one: (
                one.state == "accepted"
                and one.lead_id.active
                and one.lead_id.won_status == "pending"
            )
        )
        return {
            "is_intermediary": bool(company) and company._is_intermediary(),
            "offers": [one._portal_values(user) for one in offers.sorted("deadline")],
            "leads": [one._portal_values(user) for one in leads],
        }

    def _portal_values(self, user) -> dict:
        """What the intermediary may know: of an offer less than of its own lead."""
        self.ensure_one()
        accepted = self.state == "accepted" and self.is_current
        values = {
            "url": self._talk_url(),
            "company": self.company_id.name,
            "facts": self._offer_facts(),
            "is_open": self.state == "offered" and self._in_time(),
            "is_mine": accepted,
            "title": " · ".join(value for _label, value in self._offer_facts()[:2]),
        }
        if values["is_open"]:
            values["deadline"] = written_moment(
                self.env, self.deadline, user.tz or self.company_id.partner_id.tz
            )
            values["left"] = time_left(self.env, self.deadline - fields.Datetime.now())
        if accepted:
            lead = self.lead_id
            values["title"] = lead.name
            values["contact"] = self._lead_facts()
            values["description"] = lead.description
            values["revenue"] = lead.expected_revenue
            values["currency"] = lead.company_currency.name
            values["messages"] = self._portal_messages(user)
        return values

    def _offer_facts(self) -> list[tuple[str, str]]:
        """What can be told before somebody takes it: not who the customer is."""
        lead = self.lead_id
        place = lead.state_id.name or lead.country_id.name
        facts = [
            (self.env._("Goods"), self.category_id.name or self.env._("All goods")),
            (self.env._("Place"), self.territory_id.name or place),
            (self.env._("From"), self.company_id.name),
        ]
        if lead.expected_revenue:
            amount = format_amount(
                self.env, lead.expected_revenue, lead.company_currency
            )
            facts.append((self.env._("Expected Revenue"), amount))
        return [(label, value) for label, value in facts if value]

    def _lead_facts(self) -> list[tuple[str, str]]:
        lead = self.lead_id
        place = " ".join(filter(None, (lead.zip, lead.city)))
        address = (lead.street, lead.street2, place, lead.state_id.name)
        facts = (
            (self.env._("Company"), lead.partner_name),
            (self.env._("Contact"), lead.contact_name),
            (self.env._("Email"), lead.email_from),
            (self.env._("Phone"), lead.phone),
            (
                self.env._("Address"),
                ", ".join(filter(None, (*address, lead.country_id.name))),
            ),
        )
        return [(label, value) for label, value in facts if value]

    def _post_message(self, by, text: str):
        """A contact of the intermediary writes to us about its lead."""
        self._check_own_lead(by)
        self._hear(by, text)

    def _is_talking(self):
        is_theirs = self.is_current and self.state == "accepted"
        return is_theirs and super()._is_talking()

    def _talk_starter(self):
        return self.answered_by_id

    def _talk_url(self):
        return f"/my/channel/lead/{self.key}"

    def _tell_us(self, by, text):
        """The lead's salesperson, or who looks after the intermediary, or manages."""
        to = (
            self.lead_id.user_id
            or self.partner_id.user_id
            or self.company_id._distribution_responsible()
        )
        self._say(text, by, message_type="comment", to=to)

    def _note_written(self, author, text):
        partner = self.partner_id.display_name
        self._note(
            self.env._("Written to %(partner)s: %(text)s", partner=partner, text=text),
            author,
        )

    def _set_revenue(self, by, text: str):
        """A contact of the intermediary corrects what its lead may bring.

        :raise ValueError: the text is no amount
        """
        self._check_own_lead(by)
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        amount = parse_number(text, lang.decimal_point or ".")
        if not 0 <= amount <= 1e12:
            raise ValueError("not an amount of a lead")
        self.lead_id.expected_revenue = amount
        self._note(self.env._("Expected revenue changed by %s.", by.display_name), by)

    def _check_own_lead(self, by) -> None:
        if not (self._is_for(by) and self.is_current and self.state == "accepted"):
            raise UserError(self.env._("This lead is no longer yours."))
