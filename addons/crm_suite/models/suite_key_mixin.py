import secrets

from odoo import api, fields, models


class SuiteKeyMixin(models.AbstractModel):
    """Records that addresses and links lead to, by a key that cannot be guessed.

    A link that `tools/links.py` signs ends when its record gets a new key.
    """

    _name = "suite.key.mixin"
    _description = "Records With a Secret Key"
    _inherit = ["suite.protected.mixin"]
    _protected_fields = {"key"}

    key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_key(),
        groups="base.group_system",
        help="In the addresses of its pages; cannot be guessed",
    )

    @api.model
    def _new_key(self) -> str:
        return secrets.token_urlsafe(16)
