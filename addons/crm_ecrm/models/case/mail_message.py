from odoo import models

CASE = "ecrm.case"


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        """What customers said on a case stays as they said it, whoever would change it.

        Odoo lets authors rewrite their messages by RPC, followers add some past the
        case, and whoever works on a record rewrite and delete those of others.
        """
        forbidden = super()._get_forbidden_access(operation)
        if operation == "read" or self.env.user.has_group("base.group_system"):
            return forbidden
        # sudo: to find out whose words they are
        messages = (self - forbidden).sudo().filtered(lambda one: one.model == CASE)
        if self.env.user._is_internal():
            messages = messages.filtered(
                lambda one: (
                    one.message_type in ("comment", "email")
                    and (not one.author_id or one.author_id.partner_share)
                )
            )
            if operation == "create":
                # what a customer said is entered by the case itself
                messages = messages.filtered("author_id.partner_share")
        return forbidden + messages.sudo(False)
