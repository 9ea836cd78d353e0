"""Mails to one person alone."""

from typing import Any

from odoo.models import BaseModel
from odoo.tools import email_normalize, formataddr


def write_mail(
    template: BaseModel,
    about: BaseModel,
    contact: BaseModel,
    sender: str | bool,
    **words,
) -> dict[str, Any]:
    """Values of a `mail.mail` in the contact's language.

    Neither others' addresses nor the record and its number stand in it.

    :param words: what the template is told besides the contact
    """
    options = {
        "set_lang": contact.lang or about.env.lang,
        "add_context": {"contact": contact, **words},
    }
    return {
        **{
            name: template._render_field(name, about.ids, **options)[about.id]
            for name in ("subject", "body_html")
        },
        "email_from": sender or about.env.user.email_formatted,
        "reply_to": sender,
        "email_to": formataddr((contact.name, email_normalize(contact.email))),
        # nobody reads a link in the contact's stead
        "auto_delete": True,
    }
