from datetime import date
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.crm_suite.tools.work import work_through

from ...channel import conflict, matching, protection
from .conflict_facts import SOLICITATION
from .distribution_matched_mixin import calling_code

STATES = [
    ("submitted", "Submitted"),
    ("approved", "Protected"),
    ("rejected", "Not Accepted"),
    ("released", "Released"),
    ("won", "Won"),
    ("lost", "Lost"),
]
# a deal is open until it is decided against, or its protection ends
OPEN = ("submitted", "approved")
IDENTITY = [
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_vat",
    "customer_website",
    "customer_country_id",
]


class DistributionRegistration(models.Model):
    """A deal that an intermediary claims, and from its approval on the protection of
    this customer for goods of this category.

    How long it is protected is a date: nothing has to run for it to end.
    """

    _name = "distribution.registration"
    _description = "Deal Registration"
    _inherit = [
        "distribution.matched.mixin",
        "distribution.placed.mixin",
        "suite.protected.mixin",
        "suite.company.mixin",
        "suite.number.mixin",
        "distribution.talk.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "suite.job.mixin",
    ]
    _jobs = {
        "crm_distribution.cron_compare_registrations",
        "crm_distribution.cron_escalate_registrations",
        "crm_distribution.cron_ask_quotations",
    }
    _rec_name = "customer_name"
    # the sequence of submission keeps the place
    _order = "submitted_on, id"
    _talk_field = "registration_id"
    _company_links = ("partner_id", "end_customer_id", "lead_id", "user_id")
    _number_limits = {"amount_expected": (0, 1e15)}
    _match_customer = "end_customer_id.commercial_partner_id"
    _protected_fields = {
        "partner_id",
        "number",
        "state",
        "submitted_on",
        "submitted_by_id",
        "decide_by",
        "decided_on",
        "decided_by_id",
        "reason",
        "protected_from",
        "protected_until",
        "last_news_on",
        "inactivity_days",
        "extended_on",
        "extension_asked_on",
        "escalated_on",
        "checked_on",
        "territory_id",
        "lead_id",
        "evidence_ids",
        "talk_ids",
    }

    partner_id = fields.Many2one(
        "res.partner", "Intermediary", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer(
        readonly=True,
        copy=False,
        help="Counted for each intermediary, so that it tells nothing about others.",
    )
    user_id = fields.Many2one(
        "res.users", "Decides", domain="[('share', '=', False)]", tracking=True
    )

    customer_name = fields.Char("End Customer", required=True, tracking=True)
    customer_email = fields.Char("Email", tracking=True)
    customer_phone = fields.Char("Phone", tracking=True)
    customer_vat = fields.Char("Tax ID", tracking=True)
    customer_website = fields.Char("Website", tracking=True)
    customer_city = fields.Char("City")
    customer_zip = fields.Char("ZIP")
    customer_state_id = fields.Many2one(
        "res.country.state",
        "Province",
        domain="[('country_id', '=?', customer_country_id)]",
    )
    customer_country_id = fields.Many2one("res.country", "Country")
    end_customer_id = fields.Many2one(
        "res.partner",
        "Customer on File",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="The contact that is protected, with its branches and people.",
    )
    category_id = fields.Many2one(
        "product.category", "Goods", required=True, ondelete="restrict", tracking=True
    )
    territory_id = fields.Many2one(
        "distribution.territory", readonly=True, copy=False, ondelete="restrict"
    )
    amount_expected = fields.Monetary("Expected Amount", tracking=True)
    date_close = fields.Date("Expected Close", tracking=True)
    description = fields.Text()
    solicitation = fields.Selection(
        SOLICITATION,
        default=conflict.UNKNOWN,
        required=True,
        copy=False,
        tracking=True,
        help="Passive: the customer came unasked, and the evidence shows it. Active: "
        "the intermediary approached the customer. It counts where somebody else has "
        "exclusive rights.",
    )
    evidence_ids = fields.Many2many(
        "ir.attachment", string="Evidence Files", copy=False, bypass_search_access=True
    )

    state = fields.Selection(
        STATES, default="submitted", required=True, copy=False, tracking=True
    )
    status = fields.Selection(
        [*STATES, ("expired", "Expired")],
        compute="_compute_status",
        search="_search_status",
        help="Where it stands today: a protection ends by its date.",
    )
    submitted_on = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True, copy=False
    )
    submitted_by_id = fields.Many2one("res.partner", readonly=True, copy=False)
    decide_by = fields.Datetime(readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reason = fields.Text(
        "Reason of the Decision",
        readonly=True,
        copy=False,
        tracking=True,
        help="For us: the intermediary does not see it.",
    )
    protected_from = fields.Date(readonly=True, copy=False)
    protected_until = fields.Date(readonly=True, copy=False, tracking=True)
    last_news_on = fields.Date("Last News", readonly=True, copy=False)
    inactivity_days = fields.Integer(
        "Ends Without News After", readonly=True, copy=False
    )
    ends_on = fields.Date(
        "Protected Through", compute="_compute_ends_on", store=True, index=True
    )
    extension_asked_on = fields.Date(readonly=True, copy=False)
    extended_on = fields.Date(readonly=True, copy=False)
    escalated_on = fields.Datetime(readonly=True, copy=False)
    checked_on = fields.Datetime("Compared", readonly=True, copy=False)
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", readonly=True, copy=False, index="btree_not_null"
    )

    talk_ids = fields.One2many(
        "distribution.message",
        "registration_id",
        "Messages with the Intermediary",
        readonly=True,
        copy=False,
    )
    conflict_ids = fields.Many2many(
        "distribution.conflict", string="Conflicts", compute="_compute_conflict_ids"
    )
    conflict_count = fields.Integer(compute="_compute_conflict_ids")
    win_rate = fields.Char(
        compute="_compute_win_rate",
        help="Of the intermediary's deals that were protected and have ended.",
    )

    _distribution_match_keys_idx = models.Index(
        "USING gin (string_to_array(distribution_match_keys, ' '))"
    )
    _number_uniq = models.UniqueIndex(
        "(partner_id, number)", "Each registration of an intermediary has its number."
    )
    _protection_range = models.Constraint(
        "CHECK (protected_until >= protected_from)",
        "A protection does not end before it begins.",
    )

    @api.depends("customer_name", "category_id")
    def _compute_display_name(self):
        for registration in self:
            registration.display_name = self.env._(
                "%(customer)s: %(goods)s",
                customer=registration.customer_name or "",
                goods=registration.category_id.name or "",
            )

    @api.depends(*IDENTITY)
    def _compute_distribution_match_keys(self):
        return super()._compute_distribution_match_keys()

    @api.depends("protected_until", "last_news_on", "inactivity_days")
    def _compute_ends_on(self):
        for one in self:
            one.ends_on = one.protected_until and protection.ends_on(
                one.protected_until,
                one.last_news_on or one.protected_from,
                one.inactivity_days,
            )

    @api.depends("state", "ends_on", "company_id")
    def _compute_status(self):
        for one in self:
            ended = (
                one.state == "approved"
                and one.ends_on
                and one.ends_on < one.company_id._today()
            )
            one.status = "expired" if ended else one.state

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = set(value)
        ended = Domain("state", "=", "approved") & self._by_day("ends_on", "<")
        domain = Domain("state", "in", list(wanted - {"approved", "expired"}))
        if "approved" in wanted:
            domain |= Domain("state", "=", "approved") & self._by_day("ends_on", ">=")
        return domain | ended if "expired" in wanted else domain

    @api.model
    def _by_day(self, field: str, operator: str) -> Domain:
        """Compares with the day that each company has."""
        # sudo: the day is no secret
        companies = self.env["res.company"].sudo().search([])
        days = companies.grouped(lambda company: company._today())
        return Domain.OR(
            Domain("company_id", "in", those.ids) & Domain(field, operator, day)
            for day, those in days.items()
        )

    def _compute_conflict_ids(self):
        conflicts = self.env["distribution.conflict"].search(
            Domain("registration_id", "in", self.ids)
            | Domain("other_registration_id", "in", self.ids)
        )
        for one in self:
            own = conflicts.filtered(
                lambda c, one=one: one in c.registration_id | c.other_registration_id
            )
            one.conflict_ids = own
            one.conflict_count = len(own)

    @api.depends("partner_id")
    def _compute_win_rate(self):
        ended = self._ended_by_partner(self.partner_id)
        for one in self:
            won, total = ended.get(one.partner_id.id, (0, 0))
            one.win_rate = (
                self.env._(
                    "%(percent)s %% (%(won)s of %(total)s)",
                    percent=round(100 * won / total, 1),
                    won=won,
                    total=total,
                )
                if total
                else self.env._("none ended yet")
            )

    @api.model
    def _ended_by_partner(self, partners) -> dict[int, tuple[int, int]]:
        """How many protected deals ended in a sale, of how many that ended."""
        ended = Domain("partner_id", "in", partners.ids) & Domain(
            "status", "in", ["won", "lost", "expired"]
        )
        counts: dict[int, tuple[int, int]] = {}
        for partner, state, count in self._read_group(
            ended, ["partner_id", "state"], ["__count"]
        ):
            won, total = counts.get(partner.id, (0, 0))
            counts[partner.id] = (won + count * (state == "won"), total + count)
        return counts

    @api.constrains("customer_name")
    def _check_customer_name(self):
        for one in self:
            if not matching.fold_name(one.customer_name):
                raise ValidationError(
                    self.env._(
                        "“%s” does not name a customer.", one.customer_name or ""
                    )
                )

    @api.constrains(*IDENTITY, "end_customer_id", "category_id")
    def _check_one_holder(self):
        """What is protected cannot be edited into another one's protection."""
        for one in self:
            if one.status == "approved":
                one._refuse_second_holder()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(one.state != "submitted" for one in self):
            raise UserError(
                self.env._(
                    "A decided registration stays: it says who was promised what."
                )
            )

    def action_create_customer(self):
        """The end customer as a contact, from what was typed."""
        for one in self:
            one._check_decider()
            if not one.end_customer_id:
                one.end_customer_id = self.env["res.partner"].create(
                    one._prepare_customer_values()
                )

    def action_create_opportunity(self):
        """The deal in our own pipeline, in the intermediary's hands."""
        self.ensure_one()
        self._check_decider()
        if not self.lead_id:
            lead = self.env["crm.lead"].create(self._prepare_lead_values())
            lead._give_to(self.partner_id)
            self._as_system().lead_id = lead
        return self.lead_id._get_records_action()

    def action_write_message(self):
        """One of us writes to the intermediary."""
        return self._open_writing()

    def action_open_conflicts(self):
        self.ensure_one()
        return self.conflict_ids._get_records_action(name=self.env._("Conflicts"))

    @api.model
    def _cron_escalate(self):
        """Tells the responsible, once, of decisions that are late; it decides none."""
        late = [
            ("state", "=", "submitted"),
            ("escalated_on", "=", False),
            ("decide_by", "<", fields.Datetime.now()),
        ]
        work_through(self, late, lambda some: some._escalate(), 20)

    def _escalate(self):
        for one in self:
            one._as_system().escalated_on = fields.Datetime.now()
            responsible = one.company_id._distribution_responsible()
            one.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(responsible or one.user_id or self.env.user).id,
                summary=one.env._("Decision on a deal is late"),
            )

    @api.model
    def _submit(self, partner, company, values: dict[str, Any], files=()):
        """An intermediary claims a deal.

        The same claim again gives the first one. Nothing of others is looked at here:
        what is slower, longer or different with a hit would tell of it.

        :param values: of the fields that name customer, goods and deal
        :param files: attachment values with ``name`` and ``raw``
        """
        partner = partner.commercial_partner_id
        self.env["suite.turn"]._take([f"registrations {partner.id}"])
        new = self.new({**values, "company_id": company.id})
        if not matching.fold_name(new.customer_name):
            raise ValidationError(
                self.env._("“%s” does not name a customer.", new.customer_name or "")
            )
        open_ones = self.search(
            Domain("partner_id", "=", partner.id)
            & Domain("company_id", "=", company.id)
            & Domain("status", "in", OPEN)
        )
        if same := open_ones._same_claim(new):
            return same
        if len(open_ones) >= company.distribution_registration_ceiling:
            raise ValidationError(
                self.env._(
                    "You have %s open registrations already. Close one first.",
                    len(open_ones),
                )
            )
        registration = self.create(
            {
                **values,
                **self._prepare_submission_values(partner, company),
            }
        )
        registration._add_evidence(files)
        # the answer comes later, and takes the same time with or without a hit
        self.env.ref("crm_distribution.cron_compare_registrations").sudo()._trigger()
        return registration

    def _same_claim(self, new):
        """A claim of the same customer and goods among these."""
        keys = matching.keys_of(new._match_identity())
        for one in self:
            same = one.category_id == new.category_id and one._match_keys() == sorted(
                keys
            )
            if same:
                return one
        return self.browse()

    def _prepare_submission_values(self, partner, company) -> dict[str, Any]:
        now = fields.Datetime.now()
        last = self.search(
            [("partner_id", "=", partner.id)], order="number desc", limit=1
        )
        return {
            "partner_id": partner.id,
            "company_id": company.id,
            "number": last.number + 1,
            "submitted_on": now,
            "decide_by": company._distribution_deadline(
                now, company.distribution_decision_hours
            ),
            "user_id": partner.user_id.id,
        }

    @api.model_create_multi
    def create(self, vals_list):
        registrations = super().create(vals_list)
        registrations._place()
        return registrations

    def _place(self):
        """The territory of the customer, as it is when the deal is registered."""
        for company, those in self.grouped("company_id").items():
            found = self.env["distribution.territory"]._of_places(
                [
                    (
                        one.customer_country_id.id,
                        one.customer_state_id.id,
                        one.customer_zip,
                    )
                    for one in those
                ],
                company,
            )
            for one, territory in zip(those, found, strict=True):
                one._as_system().territory_id = territory

    def _add_evidence(self, files):
        """Keeps what was sent, for us and for whoever sent it."""
        # sudo: the sender is checked, and writes no attachments otherwise
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": file["name"],
                        "raw": file["raw"],
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                    for file in files
                ]
            )
        )
        self._as_system().evidence_ids = [Command.link(one.id) for one in attachments]

    def _take_news(self, by, text: str, files=(), asks_extension=False):
        """The holder tells how the deal goes, which keeps it alive."""
        self.ensure_one()
        if self.status not in OPEN:
            raise UserError(self.env._("This deal has ended."))
        # first of all: it may be refused
        self._hear(by, text)
        self._add_evidence(files)
        values: dict[str, Any] = {"last_news_on": self.company_id._today()}
        if asks_extension and not self.extended_on and self.state == "approved":
            values["extension_asked_on"] = self.company_id._today()
        self._as_system().write(values)
        if "extension_asked_on" in values:
            self._remind_decider(self.env._("An extension is asked for"))

    def _remind_decider(self, summary: str):
        user = self.user_id or self.company_id._distribution_responsible()
        if user:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=summary
            )

    def _prepare_customer_values(self) -> dict[str, Any]:
        return {
            "name": self.customer_name,
            "is_company": True,
            "email": self.customer_email,
            "phone": self.customer_phone,
            "vat": self.customer_vat,
            "website": self.customer_website,
            "city": self.customer_city,
            "zip": self.customer_zip,
            "state_id": self.customer_state_id.id,
            "country_id": self.customer_country_id.id,
        }

    def _prepare_lead_values(self) -> dict[str, Any]:
        return {
            "name": self.display_name,
            "type": "opportunity",
            "partner_id": self.end_customer_id.id,
            "partner_name": self.customer_name,
            "email_from": self.customer_email,
            "phone": self.customer_phone,
            "expected_revenue": self.amount_expected,
            "date_deadline": self.date_close,
            "company_id": self.company_id.id,
            "distribution_category_id": self.category_id.id,
            "user_id": (self.user_id or self.env.user).id,
            # nobody is looked for: it has been brought by an intermediary
            "partner_assigned_id": self.partner_id.id,
        }

    @api.model
    def _in_force(self, day: date) -> Domain:
        """Protected on this day, both ends included."""
        return (
            Domain("state", "=", "approved")
            & Domain("protected_from", "<=", day)
            & Domain("ends_on", ">=", day)
        )

    def _match_identity(self) -> matching.Identity:
        country = self.customer_country_id or self.company_id.country_id
        return matching.Identity(
            name=self.customer_name or "",
            email=self.customer_email or "",
            phone=self.customer_phone or "",
            vat=self.customer_vat or "",
            website=self.customer_website or "",
            country=country.code or "",
            calling_code=calling_code(country),
        )
