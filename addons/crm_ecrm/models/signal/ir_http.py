import logging

from psycopg2.errors import SerializationFailure

from odoo import models
from odoo.http import request

from odoo.addons.crm_suite.tools.aside import written_aside

_logger = logging.getLogger(__name__)

# what the session remembers, so that a person's day is written once
NOTED = "ecrm_visit"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _post_dispatch(cls, response):
        # first, since super saves the session
        cls._note_portal_visit(response)
        return super()._post_dispatch(response)

    @classmethod
    def _note_portal_visit(cls, response) -> None:
        """Write down who was in the portal today, if this was a page of it.

        By a cursor of its own, since most pages only read; once for a session and day,
        so that no other page is slower for it. Beside tries of codes it is the one
        thing that looking writes.
        """
        path = request.httprequest.path
        user = request.env.user
        if (
            getattr(response, "status_code", 0) != 200
            or request.httprequest.method != "GET"
            or not (path == "/my" or path.startswith("/my/"))
            or not user
            or not user._is_portal()
            or request.env["ir.http"].is_a_bot()
        ):
            return
        # sudo: where the user belongs is no secret to the server
        user = user.sudo()
        company = user.company_id
        day = company._today()
        person_id, company_id = user.partner_id.id, company.id
        noted = f"{user.id} {day}"
        if request.session.get(NOTED) == noted:
            return
        try:
            with written_aside(request.env) as env:
                env["ecrm.portal.visit"]._note(person_id, company_id, day)
            request.session[NOTED] = noted
        except SerializationFailure:
            # another page of his wrote the row at this moment; the next one sees it
            return
        except Exception:
            # a visit less is no reason to keep the page from anybody
            _logger.warning("a visit of the portal was not noted", exc_info=True)
