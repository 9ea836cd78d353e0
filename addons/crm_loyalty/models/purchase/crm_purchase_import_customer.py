from collections import defaultdict

from odoo import models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tabular import Customer, fold, spellings

# Records that belong to a partner without a foreign key: table, column of the model.
_BY_MODEL_NAME = [
    ("mail_message", "model"),
    ("mail_activity", "res_model"),
    ("mail_followers", "res_model"),
    ("ir_attachment", "res_model"),
]


class CrmPurchaseImport(models.Model):
    """Customers of a file: finding them, creating the missing, removing them again."""

    _inherit = "crm.purchase.import"

    def _find_customers(self, customers: list[Customer]):
        """Customer → partner where one is certain, customer → (reason, detail) where it
        could be several. The rest is unknown."""
        candidates = _Candidates(self._search_candidates(customers))
        found, unclear = {}, {}
        for customer in customers:
            partners = candidates.of(customer)
            if len(partners) == 1:
                found[customer] = partners[0].id
            elif partners:
                names = [
                    f"{partner.display_name} (#{partner.id})" for partner in partners
                ]
                unclear[customer] = ("ambiguous_customer", ", ".join(names[:5]))
            elif not (customer.name_is_unique or customer.reference or customer.email):
                unclear[customer] = ("name_shared", "")
        return found, unclear

    def _search_candidates(self, customers: list[Customer]):
        references = {customer.reference for customer in customers} - {""}
        emails = {customer.email for customer in customers} - {""}
        names = {customer.name for customer in customers if customer.name_is_unique}
        written = {spelling for name in names - {""} for spelling in spellings(name)}
        who = (
            Domain("ref", "in", list(references))
            | Domain("email_normalized", "in", list(emails))
            | Domain("name", "in", list(written))
        )
        seen_by_company = Domain("company_id", "in", [False, self.company_id.id])
        # Archived customers have a history too, and must not be created again.
        Partner = self.env["res.partner"].with_context(active_test=False)
        return Partner.search_fetch(
            who & seen_by_company,
            ["ref", "email_normalized", "name", "active", "commercial_partner_id"],
            order="id",
        )

    def _create_customers(self, customers: list[Customer]):
        """Out of sight until the import is done."""
        quiet = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "tracking_disable": True,
        }
        partners = (
            self.env["res.partner"]
            .with_context(**quiet)
            .create([self._prepare_partner_values(customer) for customer in customers])
        )
        self._note({"created_partner_ids": [Command.link(id_) for id_ in partners.ids]})
        return dict(zip(customers, partners.ids, strict=True))

    def _prepare_partner_values(self, customer: Customer) -> dict:
        return {
            "name": customer.name or customer.reference or customer.email,
            "ref": customer.reference or False,
            "email": customer.email or False,
            "company_id": self.company_id.id,
            "customer_rank": 1,
            "active": False,
        }

    def _show_created_customers(self):
        hidden = self.with_context(active_test=False).created_partner_ids
        hidden.with_context(tracking_disable=True).write({"active": True})

    def _remove_customers(self, partners):
        """Those that nothing refers to and nobody has edited since; returns them."""
        unused = partners & self._unused(partners)
        count = len(unused)
        # A sales manager may create customers but not delete them; these are the ones
        # that his own import created and that nobody else has touched.
        unused.sudo().unlink()
        return count

    def _unused(self, partners):
        self.env.flush_all()
        uses = [
            SQL(
                "SELECT %(column)s FROM %(table)s WHERE %(column)s = ANY(%(ids)s)",
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                ids=partners.ids,
            )
            for table, column in self._references_to_partners()
        ]
        uses += [
            SQL(
                "SELECT res_id FROM %(table)s "
                "WHERE %(model)s = 'res.partner' AND res_id = ANY(%(ids)s)",
                table=SQL.identifier(table),
                model=SQL.identifier(model),
                ids=partners.ids,
            )
            for table, model in _BY_MODEL_NAME
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id
                  FROM res_partner partner
                 WHERE partner.id = ANY(%(ids)s)
                   AND NOT coalesce(
                       date_trunc('second', partner.write_date) > %(done_on)s, false)
                EXCEPT (%(uses)s)
                """,
                ids=partners.ids,
                done_on=self.done_on or None,
                uses=SQL(" UNION ALL ").join(uses),
            )
        )
        return partners.browse(row[0] for row in rows)

    def _references_to_partners(self) -> list[tuple[str, str]]:
        """Every column that may point to a partner, but for those that follow from his
        being there: his own root, this import's list and what is computed of him."""
        merge = self.env["base.partner.merge.automatic.wizard"]
        derived = {
            ("res_partner", "commercial_partner_id"),
            ("crm_purchase_import_created_rel", "partner_id"),
            ("crm_customer_value", "partner_id"),
        }
        return sorted(set(merge._get_fk_on("res_partner")) - derived)


class _Candidates:
    """The partners that a batch of customers may be, by what they have in common."""

    def __init__(self, partners):
        self.by_reference = defaultdict(list)
        self.by_email = defaultdict(list)
        self.by_name = defaultdict(list)
        for partner in partners:
            self.by_reference[partner.ref].append(partner)
            self.by_email[partner.email_normalized].append(partner)
            self.by_name[fold(partner.name or "")].append(partner)

    def of(self, customer: Customer):
        """One partner, several that it could be, or none.

        The first of reference, e-mail and name that finds anybody decides, and nobody
        with another reference or another e-mail is found by what comes after these.
        """
        if customer.reference and (found := self.by_reference[customer.reference]):
            return _settle(found)
        if customer.email:
            found = self.by_email[customer.email]
            if found := [p for p in found if _agree(p.ref, customer.reference)]:
                return _settle(found)
        if customer.name and customer.name_is_unique:
            return _settle(
                [
                    partner
                    for partner in self.by_name[fold(customer.name)]
                    if _agree(partner.ref, customer.reference)
                    and _agree(partner.email_normalized, customer.email)
                ]
            )
        return []


def _agree(one, other):
    return not one or not other or one == other


def _settle(partners):
    """Active before archived, and one for all contacts of one company: the history
    belongs to the company anyway."""
    partners = [partner for partner in partners if partner.active] or partners
    roots = {partner.commercial_partner_id for partner in partners}
    if len(partners) > 1 and len(roots) == 1:
        root = roots.pop()
        return [root] if root in partners else partners[:1]
    return partners
