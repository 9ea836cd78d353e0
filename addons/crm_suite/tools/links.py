"""Signed links that open one record, for one purpose and person, for a while.

Whoever holds such a link is taken for the person it was sent to, for that purpose only:
it is no login. It ends with its time, with its record, when the record gets a new key
(the link holds the old one), and when the person acts for another company. It goes on
when the person's contact, or the company's, is merged into another one.
"""

import binascii
import json

from odoo.models import BaseModel
from odoo.tools import consteq
from odoo.tools.misc import hash_sign, verify_hash_signed


def sign_link(record: BaseModel, holder: BaseModel, purpose: str, hours: int) -> str:
    """What stands in the link, safe in an address.

    :param record: of a model with `suite.key.mixin`
    :param holder: the contact for whom it is; empty for whoever reads the mail
    :param purpose: what may be done by it, such as ``answer``
    """
    record.ensure_one()
    # sudo: the signing secret, and the key that the link ends with
    secret = record.sudo()
    values = [record.id, secret.key, holder.id, holder.sudo().commercial_partner_id.id]
    return hash_sign(secret.env, scope(record, purpose), values, expiration_hours=hours)


def read_link(model: BaseModel, purpose: str, token: str) -> tuple:
    """The record in superuser mode and its holder, if it was made for one.

    A holder whose contact was merged since is the contact that is left. Two empty ones
    if it opens nothing.
    """
    # sudo: the link's signature is what opens it
    model = model.sudo().browse()
    nothing = model, model.env["res.partner"]
    record_id, key, *whose = _signed(model, purpose, token) or (False, "", False, False)
    record = model.browse(record_id or ()).exists()
    if not record or not record.key or not consteq(record.key, key):
        return nothing
    holder, company = model.env["suite.merged.contact"]._today(*whose)
    if bool(holder) != bool(whose[0]) or holder.commercial_partner_id != company:
        return nothing
    return record, holder


def read_merged_holder(model: BaseModel, purpose: str, token: str) -> BaseModel:
    """For whom a link was made whose record went when contacts were merged.

    In superuser mode; empty for every other link.
    """
    # sudo: the link's signature is what opens it
    model = model.sudo().browse()
    nobody = model.env["res.partner"]
    record_id, _key, *whose = _signed(model, purpose, token) or (False, "", False, 0)
    if not whose[0] or model.browse(record_id).exists():
        return nobody
    holder, company = model.env["suite.merged.contact"]._today(*whose)
    if holder.id == whose[0] or holder.commercial_partner_id != company:
        return nobody
    return holder


def _signed(model: BaseModel, purpose: str, token: str) -> list | None:
    """What stands in a link, if we signed it for this purpose and it is not over."""
    try:
        return verify_hash_signed(model.env, scope(model, purpose), token)
    except (ValueError, IndexError, UnicodeError, binascii.Error, json.JSONDecodeError):
        return None


def scope(model: BaseModel, purpose: str) -> str:
    return f"{model._name}.{purpose}"
