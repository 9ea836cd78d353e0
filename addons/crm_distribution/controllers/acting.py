from werkzeug.exceptions import NotFound

from odoo.http import request


def acting_intermediary(required=True, also=None):
    """The company that the user acts for, if it is an intermediary.

    :param also: whether the pages are there for a company that is none, too
    """
    partners = request.env["res.partner"]
    partner = partners._distribution_company_of(request.env.user)
    if partner and (partner._is_intermediary() or (also and also(partner))):
        return partner
    if required:
        raise NotFound
    return partners
