"""Which partners the customers of a file are."""

from collections import defaultdict

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tabular import Customer, fold, spellings


def find_customers(env, company, customers: list[Customer]):
    """Customer → partner where one is certain, customer → (reason, detail) where it
    could be several. The rest is unknown."""
    found, unclear = _settle_all(
        _Candidates(_search_candidates(env, company, customers)), customers
    )
    # letters of another case: a slower look, for those that are left
    left = [one for one in customers if one not in found and one not in unclear]
    if others := _search_in_any_case(env, company, left):
        more_found, more_unclear = _settle_all(_Candidates(others), left)
        found |= more_found
        unclear |= more_unclear
    for customer in customers:
        if customer not in found and customer not in unclear and _is_shared(customer):
            unclear[customer] = ("name_shared", "")
    return found, unclear


def _is_shared(customer: Customer) -> bool:
    """Whether nothing but a name is known of him, which others of the file have."""
    return not (customer.name_is_unique or customer.reference or customer.email)


def _settle_all(candidates, customers: list[Customer]):
    found, unclear = {}, {}
    for customer in customers:
        partners = candidates.of(customer)
        if len(partners) == 1:
            found[customer] = partners[0].id
        elif partners:
            names = [f"{partner.display_name} (#{partner.id})" for partner in partners]
            unclear[customer] = ("ambiguous_customer", ", ".join(names[:5]))
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
    return _fetch(env, company, who)


def _fetch(env, company, who: Domain):
    seen_by_company = Domain("company_id", "in", [False, *company.parent_ids.ids])
    # Archived customers have a history too, and must not be created again.
    Partner = env["res.partner"].with_context(active_test=False)
    return Partner.search_fetch(
        who & seen_by_company,
        ["ref", "email_normalized", "name", "active", "commercial_partner_id"],
        order="id",
    )


def _search_in_any_case(env, company, customers: list[Customer]):
    references = {customer.reference.lower() for customer in customers} - {""}
    names = {one.name.lower() for one in customers if one.name_is_unique} - {""}
    if not (references or names):
        return env["res.partner"]
    env["res.partner"].flush_model(["ref", "name"])
    rows = env.execute_query(
        SQL(
            """
            SELECT id FROM res_partner
             WHERE lower(ref) = ANY(%(references)s) OR lower(name) = ANY(%(names)s)
            """,
            references=list(references),
            names=list(names),
        )
    )
    # by ids, so that the user's own rights decide which of them he sees
    return _fetch(env, company, Domain("id", "in", [row[0] for row in rows]))


class _Candidates:
    """The partners that a batch of customers may be, by what they have in common."""

    def __init__(self, partners):
        self.by_reference = defaultdict(list)
        self.by_email = defaultdict(list)
        self.by_name = defaultdict(list)
        for partner in partners:
            self.by_reference[(partner.ref or "").casefold()].append(partner)
            self.by_email[partner.email_normalized].append(partner)
            self.by_name[fold(partner.name or "")].append(partner)

    def of(self, customer: Customer):
        """One partner, several that it could be, or none.

        The first of reference, e-mail and name that finds anybody decides, and nobody
        with another reference or another e-mail is found by what comes after these.
        """
        if customer.reference:
            found = self.by_reference[customer.reference.casefold()]
            same = [one for one in found if one.ref == customer.reference]
            if found:
                return _settle(same or found)
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
    return not one or not other or one.casefold() == other.casefold()


def _settle(partners):
    """Active before archived, and one for all contacts of one company: the history
    belongs to the company anyway."""
    partners = [partner for partner in partners if partner.active] or partners
    roots = {partner.commercial_partner_id for partner in partners}
    if len(partners) > 1 and len(roots) == 1:
        root = roots.pop()
        return [root] if root in partners else partners[:1]
    return partners
