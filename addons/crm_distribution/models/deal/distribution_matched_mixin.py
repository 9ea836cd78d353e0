from collections import defaultdict
from collections.abc import Iterable

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.blocking import records_sharing

from ...channel import matching

# the search stops here: "21 or more"
MOST_SHOWN = 21
# names that are compared one by one, those that share most with the asked one first
MOST_COMPARED = 200


class DistributionMatchedMixin(models.AbstractModel):
    """Records that stand for a customer, found by keys that the database holds.

    Each model adds an index on its keys::

        _match_keys_idx = models.Index(
            "USING gin (string_to_array(distribution_match_keys, ' '))"
        )
    """

    _name = "distribution.matched.mixin"
    _description = "Records Found by What Tells Customers Apart"

    # the way to the company on file that a record stands for
    _match_customer = "commercial_partner_id"

    distribution_match_keys = fields.Text(
        "Matching Keys",
        compute="_compute_distribution_match_keys",
        store=True,
        copy=False,
        prefetch=False,
        groups="base.group_system",
    )

    def _compute_distribution_match_keys(self):
        """Each model says with its depends what its identity hangs on."""
        for record in self:
            keys = matching.keys_of(record._match_identity())
            record.distribution_match_keys = " ".join(keys) or False

    def _match_identity(self) -> matching.Identity:
        """Hook: what is known of this customer."""
        raise NotImplementedError

    def _match_keys(self) -> list[str]:
        """All keys of these records."""
        # sudo: the keys are no more than the record, which the caller has
        stored = self.sudo().mapped("distribution_match_keys")
        return sorted({key for keys in stored for key in (keys or "").split()})

    def _claims(self) -> list[str]:
        """By what these are found: exact keys, and customers on file."""
        customers = self.mapped(self._match_customer).sorted("id")
        return [
            *matching.exact_keys(self._match_keys()),
            *(f"customer {customer.id}" for customer in customers),
        ]

    @api.model
    def _by_claim(self, claims: Iterable[str], domain: Domain) -> dict:
        """All records of the domain with one of these claims, by claim.

        As many queries for a thousand claims as for one.
        """
        claims = set(claims)
        customers = [
            int(claim.removeprefix("customer "))
            for claim in claims
            if claim.startswith("customer ")
        ]
        found = self._find_by_keys(matching.exact_keys(sorted(claims)), domain)
        if customers:
            found |= self.search(domain & Domain(self._match_customer, "in", customers))
        by_claim = defaultdict(self.browse)
        for record in found.sorted("id"):
            for claim in claims.intersection(record._claims()):
                by_claim[claim] |= record
        return by_claim

    @api.model
    def _find_exact(self, keys: Iterable[str], domain=Domain.TRUE):
        """Records that share an exact key, the first of them; MOST_SHOWN means more."""
        return self._find_by_keys(
            matching.exact_keys(list(keys)), domain, limit=MOST_SHOWN
        )

    @api.model
    def _find_named_like(self, name: str, domain=Domain.TRUE):
        """Records with a similar name, the most similar first."""
        keys = matching.name_keys(name)
        found = self._find_by_keys(keys, domain, limit=MOST_COMPARED)
        # sudo: a name is part of what the caller may search
        names = {one: one.sudo()._match_identity().name for one in found}
        scores = {one: matching.similarity(name, names[one]) for one in found}
        similar = [one for one in found if scores[one] >= matching.SIMILAR]
        similar.sort(key=lambda one: (-scores[one], one.id))
        return self.browse(one.id for one in similar[:MOST_SHOWN])

    @api.model
    def _find_by_keys(self, keys: list[str], domain, limit: int | None = None):
        return records_sharing(self, "distribution_match_keys", keys, domain, limit)


def calling_code(country) -> str:
    return str(country.phone_code or "")
