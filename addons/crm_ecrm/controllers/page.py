"""What the pages for customers have in common."""

from odoo.http import request

from odoo.addons.crm_suite.tools.pages import leave_no_trace


def render_private(template: str, values=None, **options):
    """A page by a link, which leaves no traces."""
    return leave_no_trace(request.render(template, values or {}, **options))


def link_over():
    """One answer for every link that opens nothing."""
    return render_private("crm_ecrm.voice_link_over", status=404)


def nothing_here():
    """One page for what never was, is no more and is another's."""
    values = {"is_known": True, "page_name": None}
    return request.render("crm_ecrm.voice_link_over", values, status=404)


def speak(person) -> str:
    """The page is in the language of the person whom its link was sent to.

    :return: that language, or the visitor's if there are no pages in it
    """
    if person.lang in request.env["res.lang"]._get_frontend():
        request.update_context(lang=person.lang)
    return request.env.lang
