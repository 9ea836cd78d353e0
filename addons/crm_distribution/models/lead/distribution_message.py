from odoo import fields, models

from odoo.addons.crm_suite.tools.mails import write_mail


class DistributionMessage(models.Model):
    """What an intermediary and we have written to each other, as it was written.

    No message of a chatter: its author and whoever was told of it may write those anew.
    """

    _name = "distribution.message"
    _description = "Message with an Intermediary"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "id desc"
    _rec_name = "text"
    _protected_fields = {
        "company_id",
        "partner_id",
        "route_id",
        "author_id",
        "is_ours",
        "text",
        "sent_on",
        "waits",
    }

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    route_id = fields.Many2one(
        "distribution.route",
        "Lead",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    author_id = fields.Many2one("res.partner", "Written By", readonly=True)
    is_ours = fields.Boolean("To the Intermediary", readonly=True)
    text = fields.Text("Message", required=True, readonly=True)
    sent_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    waits = fields.Boolean("To Be Answered", readonly=True)

    _waits_idx = models.Index("(company_id) WHERE waits")

    def action_done(self):
        """Needs no answer."""
        self.check_access("read")
        # sudo: whoever may read a message may say that it needs no answer
        self.sudo().waits = False

    def action_open_subject(self):
        """The lead or deal that it is about."""
        self.ensure_one()
        self.check_access("read")
        return self._subject()._get_records_action()

    def _subject(self):
        """Hook: the record that it is about."""
        self.ensure_one()
        return self.route_id

    def _tell_contacts(self, contacts):
        """One mail for each, in his language, with the way to the page."""
        self.ensure_one()
        template = self.env.ref(
            "crm_distribution.mail_template_message", raise_if_not_found=False
        )
        if not template:
            return
        subject = self._subject()
        link = f"{subject.get_base_url()}{subject._talk_url()}"
        sender = self.author_id.email_formatted or self.company_id.email_formatted
        self.env["mail.mail"].create(
            [
                write_mail(template, self, contact, sender, link=link)
                for contact in contacts
            ]
        )
