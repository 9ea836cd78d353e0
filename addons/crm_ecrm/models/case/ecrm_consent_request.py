from odoo import models


class EcrmConsentRequest(models.Model):
    _inherit = "ecrm.consent.request"

    def _tell_of_wish(self):
        """Where people open no accounts themselves, it is a request like others."""
        record = self.env[self.res_model].browse(self.res_id).exists()
        company = record.company_id or self.env.company
        here = self.env["ecrm.case"].with_company(company)
        # in the language of those who work on it
        here = here.with_context(lang=company.partner_id.lang)
        here._receive(
            {
                "name": here.env._("Wants an account"),
                "description": here.env._(
                    "Asked for at %(record)s, and confirmed from %(address)s. Invite "
                    "with “Grant Portal Access” at the contact.",
                    record=record.number or "",
                    address=self.address,
                ),
                "kind": "request",
            },
            by=self.partner_id,
            medium="form",
            token=f"account-{self.id}",
        )
