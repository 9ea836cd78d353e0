from odoo import api, fields, models
from odoo.fields import Domain

VISIBILITY = [
    ("mine", "Only Me"),
    ("company", "My Company"),
]
# What the customer sees of it, whatever the records call their own states.
STATUS = [
    ("received", "Received"),
    ("working", "In Progress"),
    ("waiting", "Waiting for You"),
    ("answered", "Answered"),
    ("closed", "Closed"),
]


class EcrmEntryMixin(models.AbstractModel):
    """What a customer said to us, as one of a list that he can read.

    It belongs to the person who said it and to the company that he acted for at that
    time: whoever moves to another company leaves it behind. The portal has no rights on
    the records; its pages show named values of those that ``_portal_domain`` lets
    through.
    """

    _name = "ecrm.entry.mixin"
    _description = "Entry of a Customer"
    _inherit = ["suite.company.mixin", "suite.key.mixin"]
    _protected_fields = {"number", "commercial_partner_id"}
    _company_links = {"partner_id"}

    # the kind in addresses of the portal, such as "case"
    _entry_kind: str

    number = fields.Char(
        readonly=True, copy=False, default=lambda self: self._new_number()
    )
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Company of the Customer",
        compute="_compute_commercial_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="For whom the customer spoke at that time",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    visibility = fields.Selection(
        VISIBILITY,
        required=True,
        default="mine",
        help="Who of the customer's company sees it in the portal",
    )
    portal_status = fields.Selection(
        STATUS, "Status for the Customer", compute="_compute_portal_status", store=True
    )
    opened_on = fields.Datetime(
        "Received", required=True, readonly=True, default=fields.Datetime.now
    )
    promised_on = fields.Datetime("Answer Promised", readonly=True)

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        """Not after the contact's company: what was said, was said for the former."""
        for entry in self:
            entry.commercial_partner_id = entry.partner_id.commercial_partner_id

    def _compute_portal_status(self):
        raise NotImplementedError

    @api.model
    def _new_number(self) -> str:
        """The next one; none for those who only ask for defaults, as anybody can."""
        if not self.has_access("create"):
            return ""
        # sudo: everybody's entries are counted, whoever may read them
        sequences = self.env["ir.sequence"].sudo()
        return sequences.next_by_code(f"ecrm.{self._entry_kind}") or ""

    @api.model
    def _portal_domain(self, user) -> Domain:
        """What a portal user may see: his own, and what colleagues share with him."""
        partner = user.partner_id
        return Domain(
            "commercial_partner_id", "=", partner.commercial_partner_id.id
        ) & (
            Domain("partner_id", "=", partner.id) | Domain("visibility", "=", "company")
        )

    @api.model
    def _portal_may_share(self, partner) -> bool:
        """Whether this person has a company whose people he may show it to."""
        return partner != partner.commercial_partner_id

    @api.model
    def _portal_find(self, user, key: str):
        """The entry of that address, in superuser mode, or none that he may see."""
        # what no database holds is nobody's
        here = self._portal_domain(user) & Domain("key", "=", key.replace("\x00", ""))
        # sudo: portal users have no rights on entries; whose it is is asked here
        return self.sudo().search(here)

    @api.model
    def _join_merged(self, partner) -> None:
        """After contacts were merged into this one: what they said is its company's.

        A contact without a company spoke for itself, and would now be asked for under
        a company that it is not.
        """
        company = partner.commercial_partner_id
        if company == partner:
            return
        for name in self.env["ecrm.entry"]._entry_models():
            # sudo: whoever may merge contacts merges what they said
            entries = self.env[name].sudo()
            own = entries.search([("commercial_partner_id", "=", partner.id)])
            own.commercial_partner_id = company

    def _portal_url(self) -> str:
        self.ensure_one()
        # sudo: whoever is sent to the entry may know its address
        return f"/my/voice/{self._entry_kind}/{self.sudo().key}"

    def _link_holder(self):
        """Whom a link to this entry is made for: the person who said it."""
        self.ensure_one()
        return self.partner_id

    def _link_person(self, holder):
        """Who acts by a link to this entry; perhaps nobody in particular.

        :param self: in superuser mode, from a link
        :param holder: for whom the link was made, if for somebody
        """
        self.ensure_one()
        return holder
