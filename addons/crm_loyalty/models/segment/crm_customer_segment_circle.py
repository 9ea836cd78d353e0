from ast import literal_eval
from collections.abc import Iterator

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_customer_segment import BAD_DOMAIN

SEGMENTS = "customer_segment_ids"
MEMBERSHIPS = "program_member_ids"
OPPOSITES = {"!=": "=", "not in": "in", "not ilike": "ilike", "not like": "like"}


class CrmCustomerSegment(models.Model):
    """Conditions that lead back to where they came from."""

    _inherit = "crm.customer.segment"

    @api.constrains("domain")
    def _check_circular(self):
        for segment in self:
            if segment in segment._segments_below():
                raise ValidationError(
                    self.env._(
                        "Segment “%(segment)s” asks for its own customers: it would "
                        "turn in a circle.",
                        segment=segment.name,
                    )
                )
        programs = self.env["crm.customer.program"].search(
            [("state", "!=", "done"), ("segment_id", "!=", False)]
        )
        programs._check_circular()

    def _programs_asked(self):
        """The programs whose members decide who belongs here; None if any may."""
        found = self.env["crm.customer.program"]
        for segment in self | self._segments_below():
            for path, operator, value in segment._conditions():
                if path.split(".")[0] != MEMBERSHIPS:
                    continue
                named = self._named("program_id", found, path, operator, value)
                if named is None:
                    return None
                found |= named
        return found

    def _segments_below(self):
        """The segments that these ask for, and those that those ask for."""
        found, new = self.browse(), self
        while new:
            asked = self.browse()
            for segment in new:
                asked |= segment._segments_named()
            new, found = asked - found, found | asked
        return found

    def _segments_named(self):
        found = self.browse()
        for path, operator, value in self._conditions():
            if path.split(".")[0] == SEGMENTS:
                named = self._named(SEGMENTS, self, path, operator, value)
                # whichever segment: this one too
                found |= self if named is None else named
        return found

    @staticmethod
    def _named(link: str, records, path: str, operator: str, value):
        """The records that a condition names through a link; None if it may be any.

        Who is *not* in a segment depends on it as much.
        """
        _start, found, field = path.partition(link)
        operator = OPPOSITES.get(operator, operator)
        if not found or operator not in OPPOSITES.values() or value in (False, True):
            return None
        field = field.lstrip(".") or "id"
        if field == "id" and isinstance(value, str):
            field = "display_name"
        named = Domain(field, operator, value)
        return records.with_context(active_test=False).search(named)

    def _conditions(self) -> Iterator[tuple]:
        """Field path, operator and value of each of the free conditions."""
        self.ensure_one()
        try:
            domain = Domain(literal_eval((self.domain or "").strip() or "[]"))
        except BAD_DOMAIN:
            return
        yield from walk(domain)


def walk(domain: Domain, path: str = "") -> Iterator[tuple]:
    for condition in domain.iter_conditions():
        name = f"{path}{condition.field_expr}"
        if condition.operator in ("any", "any!", "not any", "not any!"):
            yield from walk(Domain(condition.value), f"{name}.")
        else:
            yield name, condition.operator, condition.value
