import base64

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.crm_suite.tools.uploads import file_name
from odoo.addons.mail.tools.alias_error import AliasError

TABLES = (".csv", ".txt", ".tsv", ".xlsx")


class DistributionReporter(models.Model):
    """Files that come by mail, to an address whose mails are those of reporters.

    Anybody can write who he is into a mail: its files are read and wait for somebody
    who accepts them.
    """

    _name = "distribution.reporter"
    _inherit = ["distribution.reporter", "mail.thread"]

    def _alias_get_error(self, message, message_dict, alias):
        error = super()._alias_get_error(message, message_dict, alias)
        if error:
            return error
        if not self._mail_partner(message_dict):
            return AliasError(
                "error_no_reporter",
                self.env._("this address is for intermediaries whom we know by theirs"),
            )
        if not _tables(message_dict):
            return AliasError(
                "error_no_file", self.env._("no CSV or XLSX file was attached")
            )
        return False

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Each table of a mail is a report of whom the mail is from.

        :return: the reporter, which keeps the mail
        """
        partner = self._mail_partner(msg_dict) if self.env.su else None
        if not partner:
            raise AccessError(self.env._("Only intermediaries report their sell-out."))
        company = (
            self.env.company.browse((custom_values or {}).get("company_id", ()))
            or (self.search([("partner_id", "=", partner.id)]).company_id[:1])
        )
        reporter = self._of(partner, company or self.env.company)
        for name, content in _tables(msg_dict):
            report = self.env["distribution.sellout"].create(
                {
                    "partner_id": partner.id,
                    "company_id": reporter.company_id.id,
                    "filename": file_name(name),
                    "file": base64.b64encode(content),
                    "submitted_by_id": msg_dict.get("author_id"),
                }
            )
            report.action_check()
        return reporter

    @api.model
    def _mail_partner(self, msg_dict: dict):
        """The intermediary whose contact wrote a mail, if it is one's."""
        partners = self.env["res.partner"]
        author = partners.browse(msg_dict.get("author_id") or ())
        company = author.commercial_partner_id
        return company if company and company._is_intermediary() else partners


def _tables(msg_dict: dict) -> list[tuple[str, bytes]]:
    """Names and contents of the files that may hold a table."""
    found = []
    for name, content, *_info in msg_dict.get("attachments") or ():
        if (name or "").lower().endswith(TABLES):
            data = content.encode() if isinstance(content, str) else content
            found.append((name, data))
    return found
