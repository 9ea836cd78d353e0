from collections.abc import Collection

from odoo import SUPERUSER_ID, fields, models
from odoo.api import NewId
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.models import BaseModel

from ..tools.conditions import check_readable
from ..tools.declared import declared


class SuiteConditionMixin(models.AbstractModel):
    """Conditions that somebody typed, asked with his rights now and later.

    Jobs work as superuser, and whoever reads a list has rights of his own. So the write
    itself keeps who wrote the conditions last; nobody can be named. What he may no
    longer read, or that he is gone, ends in an error that says so.
    """

    _name = "suite.condition.mixin"
    _description = "Conditions with an Author"
    _inherit = "suite.protected.mixin"
    _protected_fields = {"condition_user_id"}

    # fields that make the conditions; each class of a model adds its own
    _condition_fields: Collection[str] = ()

    condition_user_id = fields.Many2one(
        "res.users",
        "Conditions By",
        default=lambda self: self.env.uid,
        readonly=True,
        copy=False,
        help="Who wrote the conditions last: later runs find what this user may read.",
    )

    def write(self, vals):
        names = self._condition_names() & vals.keys()
        # who names the author of before with his own conditions is their author too
        told = "condition_user_id" in vals and self._is_by_system()
        if names and not told:
            self.filtered(
                lambda record: any(record._differs(name, vals[name]) for name in names)
            )._take_conditions_over()
        return super().write(vals)

    def _take_conditions_over(self) -> None:
        """From now on the conditions are this user's."""
        values = self._prepare_author_values()
        others = self.filtered(
            lambda record: any(
                record._differs(name, value) for name, value in values.items()
            )
        )
        if others:
            others._as_system().write(values)

    def _prepare_author_values(self) -> dict:
        """Hook: what is kept of whoever writes conditions now."""
        return {"condition_user_id": self.env.uid}

    def _condition_names(self) -> frozenset[str]:
        return frozenset().union(*declared(self, "_condition_fields"))

    def _condition_env(self):
        """Where the conditions are asked: as their author, in the record's company.

        :raise UserError: nobody answers for them any more
        """
        self.ensure_one()
        if isinstance(self.id, NewId):
            # being typed just now
            author = self.env.user
        else:
            # sudo: whose they are is no secret
            author = self.sudo().condition_user_id
        companies = self._condition_companies(author)
        if author.id == SUPERUSER_ID:
            return self.env(user=author, context={"allowed_company_ids": companies.ids})
        if not author.active:
            raise UserError(
                self.env._(
                    "Nobody answers for the conditions: %(user)s wrote them and is "
                    "archived. Look at them and take them over.",
                    user=author.name or self.env._("A user who is gone"),
                )
            )
        if not companies:
            raise UserError(
                self.env._(
                    "Nobody answers for the conditions: %(user)s wrote them and no "
                    "longer belongs to the company. Look at them and take them over.",
                    user=author.name,
                )
            )
        context = {
            "allowed_company_ids": companies.ids,
            "lang": author.lang,
            "tz": author.tz,
        }
        return self.env(user=author, su=False, context=context)

    def _condition_companies(self, author):
        """Hook: of the author's companies those whose records are asked for."""
        company = self.company_id or self.env.company
        if author.id == SUPERUSER_ID:
            return company
        # sudo: to look up rights, not to show
        return company & author.sudo().company_ids

    def _condition_reader(self):
        """Hook: where whoever asks would find records."""
        return self.with_company(self.company_id).env

    def _typed_domain(self, model_name: str, condition: Domain) -> Domain:
        """The records that a condition finds for its author, and for whoever asks.

        :raise AccessError: a field that one of them may not read
        :raise UserError: nobody answers for the condition any more
        :raise Exception: one of ``BAD_CONDITION``
        """
        if condition.is_true():
            return condition
        author = self._condition_env()
        found = _find(author[model_name], condition)
        if not self.env.su and self.env.uid != author.uid:
            found &= _find(self._condition_reader()[model_name], condition)
        return found


def _find(model: BaseModel, condition: Domain) -> Domain:
    check_readable(model, condition)
    return Domain("id", "in", model._search(condition))
