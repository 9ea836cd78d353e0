from collections.abc import Collection

from odoo import api, models
from odoo.exceptions import AccessError

from ..tools.companies import check_links_of_company
from ..tools.declared import declared
from ..tools.permit import has_permit, system_permit


class SuiteCompanyMixin(models.AbstractModel):
    """Records that belong to one company for good; for models with `company_id`.

    Odoo asks its rules before a write only, so that a write may carry a record out of
    the company of whoever writes. Here the company stays, and the rules are asked
    again afterwards.
    """

    _name = "suite.company.mixin"
    _description = "Records of One Company"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    # fields that lead to models of Odoo's; each class of a model adds its own
    _company_links: Collection[str] = ()

    @api.constrains(lambda self: self._company_checked_names())
    def _check_company_links(self):
        check_links_of_company(self, self._company_link_names())

    def write(self, vals):
        if "company_id" in vals and not has_permit(self):
            self._refuse_other_company(vals["company_id"])
            vals = {name: vals[name] for name in vals if name != "company_id"}
        # sudo: to compare, not to show
        before = self.sudo().grouped("company_id") if self._follows_company() else {}
        res = super().write(vals)
        for company, records in before.items():
            records._refuse_other_company(company.id)
        self.check_access("write")
        return res

    def _as_system(self):
        """These records with the permit to move them to another company."""
        return self.with_context(**system_permit(self._name))

    def _follows_company(self) -> bool:
        """Whether the company is that of another record, which a write may replace."""
        return bool(self._fields["company_id"].compute) and not has_permit(self)

    def _company_checked_names(self) -> list[str]:
        """What can be written, and must fit together afterwards."""
        names = ["company_id", *self._company_link_names()]
        return [name for name in names if not self._fields[name].related]

    def _company_link_names(self) -> list[str]:
        return sorted(set().union(*declared(self, "_company_links")))

    def _refuse_other_company(self, value) -> None:
        # first of all: "unchanged" would tell a company to those who may not see it
        self.check_access("write")
        company = self._fields["company_id"].convert_to_cache(value, self) or False
        # sudo: to compare, not to show
        if any(record.company_id.id != company for record in self.sudo()):
            raise AccessError(
                self.env._(
                    "%(model)s: the company cannot be changed afterwards.",
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
