"""What belongs together is of one company."""

from collections.abc import Iterable

from odoo.exceptions import ValidationError
from odoo.models import BaseModel, check_company_domain_parent_of


def check_links_of_company(records: BaseModel, field_names: Iterable[str]) -> None:
    """Linked records are of the record's company, of one of its parents, or of none.

    Odoo's own models say "same or none" for themselves and refuse a parent's; this
    says the same of all of them. The records may be Odoo's as well as ours.

    :raise ValidationError: names what the user may see of both sides
    """
    # sudo: what is linked may be hidden from whoever writes
    inside = records.sudo().with_context(active_test=False)
    for company, group in inside.grouped("company_id").items():
        for name in field_names:
            # mostly all are of one company: whose parent it is then matters not
            others = group[name].filtered(
                lambda linked, own=company: linked.company_id != own
            )
            if not others:
                continue
            fitting = others.filtered_domain(
                check_company_domain_parent_of(others, company)
            )
            if foreign := others - fitting:
                record = next(one for one in group if one[name] & foreign)
                linked = (record[name] & foreign)[0]
                raise _error(
                    record.with_env(records.env), name, linked.with_env(records.env)
                )


def _error(record: BaseModel, name: str, foreign: BaseModel) -> ValidationError:
    env = record.env
    label = record._fields[name]._description_string(env)
    # sudo: looked at below before it is told
    companies = (record.sudo().company_id, foreign.sudo().company_id)
    visible = all(
        one.sudo(False).has_access("read") for one in (record, foreign, *companies)
    )
    if not visible:
        return ValidationError(
            env._("The record chosen as “%s” belongs to another company.", label)
        )
    own, other = (company.display_name or env._("no company") for company in companies)
    return ValidationError(
        env._(
            "“%(record)s” belongs to “%(own)s”, but “%(linked)s”, chosen as "
            "“%(field)s”, belongs to “%(other)s”. Choose one of the same company, of "
            "a parent company, or one that all companies share.",
            record=record.display_name,
            own=own,
            linked=foreign.display_name,
            field=label,
            other=other,
        )
    )
