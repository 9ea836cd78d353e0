import logging

from odoo import SUPERUSER_ID, models
from odoo.api import Environment
from odoo.http import request
from odoo.modules.registry import Registry

_logger = logging.getLogger(__name__)


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        visit = cls._portal_visit(response)
        if visit:
            database = request.db
            response.call_on_close(lambda: _note_visit(database, visit))

    @classmethod
    def _portal_visit(cls, response):
        """Who was in the portal on which day, if this was a page of it.

        The row is written when the response is on its way, by a cursor of its own: a
        page is not slower for it, and what reads only stays so.
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
            return None
        # sudo: where the user belongs is no secret to the server
        user = user.sudo()
        return user.partner_id.id, user.company_id.id, user.company_id._today()


def _note_visit(database: str, visit: tuple) -> None:
    try:
        registry = Registry(database)
        with registry.cursor() as cursor:
            env = Environment(cursor, SUPERUSER_ID, {})
            env["ecrm.portal.visit"]._note(*visit)
    except Exception:
        # the page is out: a visit less is no reason for anything
        _logger.warning("a visit of the portal was not noted", exc_info=True)
