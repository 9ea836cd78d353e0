from odoo import models
from odoo.exceptions import UserError


class SuiteImportMixin(models.AbstractModel):
    """A file on its way in by buttons and a job, with the rights of who pressed them.

    For models with a name, a `state`, a company and, in `user_id`, who is responsible.
    """

    _name = "suite.import.mixin"
    _description = "Import of a File"

    def _require_state(self, *states: str) -> None:
        """
        :raise UserError: it is in none of these states
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is in the state “%(state)s”: this is not possible now.",
                    name=self.name,
                    state=labels[self.state],
                )
            )

    def _note(self, vals: dict) -> None:
        # sudo: who may press the buttons may not write by hand what they lead to
        self.sudo().write(vals)

    def _as_responsible(self):
        """With the rights, language and company of whoever pressed the button."""
        user = self.user_id
        return self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
        )
