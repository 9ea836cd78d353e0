from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.crm_suite.tools.conditions import BAD_CONDITION, named_fields

# this add-on's modules, and those that join it to others
OURS = "crm_loyalty"


class MailingMailing(models.Model):
    """The e-mail of a customer program, and mailings that ask for what we know.

    A program alone says whom its e-mail goes to. Any other mailing that names a field
    of ours, such as a segment, goes to those whom its author may find, whoever sends
    it and whenever: Odoo's queue would ask as superuser. A copy of a program's e-mail
    never reaches whom the program holds back, whatever list it is sent to: that is
    asked when the messages are made, and again right before they leave.
    """

    _name = "mailing.mailing"
    _inherit = ["mailing.mailing", "suite.condition.mixin"]
    _condition_fields = {
        "contact_list_ids",
        "mailing_domain",
        "mailing_filter_id",
        "mailing_model_id",
    }
    _protected_fields = {"condition_company_ids"}

    program_ids = fields.One2many("crm.customer.program", "mailing_id", "Campaigns")
    # kept by copies, and by copies of these; nobody reads it from outside
    origin_program_id = fields.Many2one(
        "crm.customer.program",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    condition_company_ids = fields.Many2many(
        "res.company",
        string="Companies of the Conditions",
        default=lambda self: self.env.companies,
        readonly=True,
        copy=False,
        help="Those that the author of the conditions had chosen then.",
    )

    @api.constrains("mailing_type")
    def _check_stays_email(self):
        # sudo: only that it is one is told
        if any(
            one.origin_program_id and one.mailing_type != "mail" for one in self.sudo()
        ):
            raise ValidationError(
                self.env._("The e-mail of a campaign, and copies of it, stay e-mails.")
            )

    def copy(self, default=None):
        copies = super().copy(default)
        # sudo: the system keeps whose text it was
        for mailing, copied in zip(self.sudo(), copies.sudo(), strict=True):
            copied.origin_program_id = mailing.origin_program_id
        return copies

    def _prepare_author_values(self):
        return {
            **super()._prepare_author_values(),
            "condition_company_ids": [Command.set(self.env.companies.ids)],
        }

    def _condition_companies(self, author):
        # sudo: whoever looks may not know them all
        companies = self.sudo().condition_company_ids
        if author.id == SUPERUSER_ID:
            return companies
        # sudo: to look up rights, not to show
        return companies & author.sudo().company_ids

    def _condition_reader(self):
        return self.env

    @api.model
    def _create_for_program(self, program):
        """The members' e-mail: the program's text, the offer, and a way out."""
        body = self._program_body(
            program,
            # a copy may be sent to other records
            Markup(
                "<p t-if=\"'recipient_name' in object\">"
                "<t t-out=\"object.recipient_name or ''\"/></p>"
            ),
            Markup(
                "<p t-if=\"'offer_words' in object and object.offer_words\""
                ' t-out="object.offer_words"/>'
            ),
        )
        return self.create(
            {
                "name": program.name,
                "subject": program.subject,
                "mailing_type": "mail",
                "mailing_model_id": self.env["ir.model"]._get_id(
                    "crm.customer.program.member"
                ),
                "body_arch": body,
                "body_html": body,
                "user_id": (program.user_id or self.env.user).id,
                "reply_to_mode": "new",
                "reply_to": (program.user_id or self.env.user).email_formatted,
                "keep_archives": True,
                "origin_program_id": program.id,
            }
        )

    @api.model
    def _program_body(self, program, name, offer):
        return Markup(
            "<div>%(name)s%(text)s%(offer)s"
            '<p><a href="/unsubscribe_from_list">%(way_out)s</a></p></div>'
        ) % {
            "name": name,
            "text": program.message or "",
            "offer": offer,
            "way_out": self.env._("Unsubscribe"),
        }

    def _get_recipients_domain(self):
        """Who is held back would get it too, were it sent as any other mailing."""
        if self.program_ids:
            return Domain.FALSE
        domain = super()._get_recipients_domain()
        # sudo: to find its members, whose rights are asked when they are searched
        origin = self.sudo().origin_program_id
        if origin and self.mailing_model_real == "crm.customer.program.member":
            domain &= Domain("program_id", "=", origin.id)
        if not self._asks_for_ours(domain):
            return domain
        try:
            return self._typed_domain(self.mailing_model_real, domain)
        except UserError:
            # screens count nobody; the queue says why
            return Domain.FALSE

    def _recipients_problem(self) -> str:
        """Why nobody can be found whom this mailing is for."""
        # as Odoo has it  pylint: disable=super-method-mismatch
        domain = super()._get_recipients_domain()
        if self.program_ids or not self._asks_for_ours(domain):
            return ""
        try:
            self._typed_domain(self.mailing_model_real, domain)
        except UserError as error:
            return str(error)
        return ""

    def _asks_for_ours(self, domain: Domain) -> bool:
        """Whether a field that this add-on has brought says who gets it."""
        recipients = self.env[self.mailing_model_real]
        try:
            fields_named = [field for _model, field in named_fields(recipients, domain)]
        except BAD_CONDITION:
            # Odoo says what is wrong with it
            return False
        return any((field._module or "").startswith(OURS) for field in fields_named)

    @api.model
    def _process_mass_mailing_queue(self):
        """A mailing that nobody answers for waits as a draft, and stops no other."""
        due = Domain("schedule_date", "=", False) | Domain(
            "schedule_date", "<", fields.Datetime.now()
        )
        queued = Domain("state", "in", ("in_queue", "sending"))
        for mailing in self.search(queued & due):
            if problem := mailing._recipients_problem():
                mailing.state = "draft"
                mailing._message_log(body=problem)
        return super()._process_mass_mailing_queue()

    def _held_back_among(self, addresses: set[str]) -> set[str]:
        """Of some addresses those of customers whom its text must not reach."""
        # sudo: the system leaves them out; nobody is told
        return self.sudo().origin_program_id._held_back_among(addresses)

    def _get_seen_list(self):
        """The program knows who was touched; a reminder is no duplicate."""
        return set() if self.program_ids else super()._get_seen_list()

    def _queue_for_members(self, members) -> None:
        """Put one e-mail for each member in the queue, in the caller's transaction."""
        self.ensure_one()
        composer = (
            self.env["mail.compose.message"]
            .with_context(
                active_ids=members.ids,
                default_composition_mode="mass_mail",
                **self._get_mass_mailing_context(),
            )
            .create(
                {
                    "auto_delete": not self.keep_archives,
                    "auto_delete_keep_log": self.reply_to_mode == "update",
                    "author_id": self.user_id.partner_id.id,
                    "attachment_ids": [
                        Command.link(attachment.id)
                        for attachment in self.attachment_ids
                    ],
                    "body": self._prepend_preview(self.body_html or "", self.preview),
                    "composition_mode": "mass_mail",
                    "email_from": self.email_from,
                    "force_send": False,
                    "mail_server_id": self.mail_server_id.id,
                    "mass_mailing_id": self.id,
                    "model": members._name,
                    "reply_to": self.reply_to_mode == "new" and self.reply_to,
                    "reply_to_force_new": self.reply_to_mode == "new",
                    "subject": self.subject,
                    "template_id": False,
                    "use_exclusion_list": self.use_exclusion_list,
                }
            )
        )
        composer._action_send_mail()
        self.write({"state": "done", "sent_date": fields.Datetime.now()})
