"""Which partners the customers of a file are."""

from collections import defaultdict

from odoo.fields import Domain

from odoo.addons.crm_suite.tabular import Customer, fold, spellings


def find_customers(env, company, customers: list[Customer]):
    """Customer → partner where one is certain, customer → (reason, detail) where it
    could be several. The rest is unknown."""
    candidates = _Candidates(_search_candidates(env, company, customers))
    found, unclear = {}, {}
    for customer in customers:
        partners = candidates.of(customer)
        if len(partners) == 1:
            found[customer] = partners[0].id
        elif partners:
            names = [f"{partner.display_name} (#{partner.id})" for partner in partners]
            unclear[customer] = ("ambiguous_customer", ", ".join(names[:5]))
        elif not (customer.name_is_unique or customer.reference or customer.email):
            unclear[customer] = ("name_shared", "")
    return found, unclear


def _search_candidates(env, company, customers: list[Customer]):
    references = {customer.reference for customer in customers} - {""}
    emails = {customer.email for customer in customers} - {""}
    names = {customer.name for customer in customers if customer.name_is_unique}
    written = {spelling for name in names - {""} for spelling in spellings(name)}
    who = (
        Domain("ref", "in", list(references))
        | Domain("email_normalized", "in", list(emails))
        | Domain("name", "in", list(written))
    )
    seen_by_company = Domain("company_id", "in", [False, *company.parent_ids.ids])
    # Archived customers have a history too, and must not be created again.
    Partner = env["res.partner"].with_context(active_test=False)
    return Partner.search_fetch(
        who & seen_by_company,
        ["ref", "email_normalized", "name", "active", "commercial_partner_id"],
        order="id",
    )


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
