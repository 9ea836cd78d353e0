from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.crm_suite.tools.links import read_link
from odoo.addons.crm_suite.tools.pages import leave_no_trace, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import (
    LARGEST_FILE,
    MOST_FILES,
    read_uploads,
    texts_only,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

from .page import link_over, nothing_here, render_private, speak

LONGEST_TEXT = 10_000
# what nobody can do by accident: see it, and write into it
TRAP = "website"


class CasePortal(CustomerPortal):
    """Customers write to us and follow it: with a login, by a link, by a form."""

    @route(
        "/voice/complain",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=True,
    )
    @texts_only
    def voice_complain(self, **post):
        """The form for everybody: it never tells who is a customer."""
        cases = request.env["ecrm.case"]
        nobody = request.env["res.partner"]
        errors: dict[str, str] = {}
        if request.httprequest.method == "POST":
            values, errors = cases._form_read(nobody, post)
            files, wrong = _read_files()
            errors |= wrong
            if not errors:
                errors = self._complain(values, files, post)
            if not errors:
                return request.redirect("/voice/complain/thanks")
        return self._form_page(nobody, post, errors, "/voice/complain")

    def _complain(self, values, files, post) -> dict[str, str]:
        """
        :return: why it was not taken
        """
        cases = request.env["ecrm.case"]
        token = post.get("token", "")
        read = cases._form_nonce(token)
        if not read:
            return {
                "form": request.env._("The form had expired. Please send it again.")
            }
        if post.get(TRAP):
            # a machine: it shall believe that it was heard
            return {}
        if not cases._form_is_human(token):
            return {"form": request.env._("That was fast. Please send it again.")}
        # sudo: counts what is sent, and tells nothing
        attempts = request.env["suite.attempt"].sudo()
        place = request.httprequest.remote_addr
        if not cases._form_is_known(read[0]) and not attempts._admit_form(
            place, values["email_from"]
        ):
            return {
                "form": request.env._(
                    "We got several messages from you. Please try again in an hour."
                )
            }
        with whole_or_nothing(request.env) as attempt:
            cases._receive(
                values,
                by=request.env["res.partner"],
                medium="form",
                token=read[0],
                files=files,
            )
        return {"form": attempt.refusal} if attempt.refusal else {}

    @route(
        "/voice/complain/thanks",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def voice_thanks(self, **kw):
        return request.render("crm_ecrm.case_thanks", {"page_name": "case_new"})

    @route(
        "/my/voice/case/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    @texts_only
    def portal_case_new(self, **post):
        cases = request.env["ecrm.case"]
        partner = request.env.user.partner_id
        errors: dict[str, str] = {}
        if request.httprequest.method == "POST":
            values, errors = cases._form_read(partner, post)
            files, wrong = _read_files()
            errors |= wrong
            read = cases._form_nonce(post.get("token", ""))
            if not read:
                errors["form"] = request.env._(
                    "The form had expired. Please send it again."
                )
            # sudo: counts what is sent, and tells nothing
            attempts = request.env["suite.attempt"].sudo()
            if not errors and not attempts._admit_person(partner):
                errors["form"] = request.env._(
                    "That was a lot. Please write again in an hour."
                )
            if not errors:
                with whole_or_nothing(request.env) as attempt:
                    case = cases._receive(
                        values,
                        by=partner,
                        medium="portal",
                        token=read[0],
                        files=files,
                    )
                if not attempt.refusal:
                    return request.redirect(case._portal_url())
                errors["form"] = attempt.refusal
        return self._form_page(partner, post, errors, "/my/voice/case/new")

    def _form_page(self, partner, post, errors, url):
        cases = request.env["ecrm.case"]
        values = self._prepare_portal_layout_values() if partner else {}
        values |= {
            "page_name": "case_new",
            "typed": cases._form_typed(post),
            "errors": errors,
            "choices": cases._form_choices(partner),
            # an answered form keeps its token, so that it counts once
            "token": post.get("token")
            if cases._form_nonce(post.get("token", ""))
            else cases._form_token(),
            "is_known": bool(partner),
            "may_share": cases._portal_may_share(partner),
            "url": url,
            "trap": TRAP,
            "files_label": _files_label(),
        }
        return request.render("crm_ecrm.case_form", values)

    @route(
        "/my/voice/case/<string:key>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_case(self, key, **kw):
        case = request.env["ecrm.case"]._portal_find(request.env.user, key)
        return self._portal_case_page(case) if case else nothing_here()

    def _portal_case_page(self, case, error=None, written=""):
        values = self._prepare_portal_layout_values() | {
            "page_name": "case",
            "case": case._portal_values(request.env.user.partner_id),
            "url": case._portal_url(),
            "error": error,
            "written": written[:LONGEST_TEXT],
            "is_own": True,
            "files_label": _files_label(),
        }
        return request.render("crm_ecrm.case_page", values)

    @route(
        "/my/voice/case/<string:key>/<any(say,solved,unsolved,share):deed>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_case_deed(self, key, deed, text="", token="", visibility="", **post):
        case = _own_case(key)
        partner = request.env.user.partner_id
        if deed == "share":
            if partner == case.partner_id and visibility in ("mine", "company"):
                case.visibility = visibility
            return request.redirect(case._portal_url())
        error = _do(case, deed, text, token, by=partner, medium="portal")
        if error:
            return self._portal_case_page(case, error, text)
        return request.redirect(case._portal_url())

    @route(
        "/my/voice/case/<string:key>/file/<int:place>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_case_file(self, key, place, **kw):
        return _send_file(_own_case(key), place)

    @route(
        "/voice/case/<string:link>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def voice_case(self, link, **kw):
        """The page that a mail leads to: it shows, and changes nothing."""
        case, holder = _linked_case(link)
        return self._linked_page(link, case, holder) if case else link_over()

    def _linked_page(self, link, case, holder, error=None, written=""):
        values = {
            "page_name": "case",
            "case": case._portal_values(holder),
            "url": f"/voice/case/{link}",
            "error": error,
            "written": written[:LONGEST_TEXT],
            "is_own": False,
            "files_label": _files_label(),
            "no_breadcrumbs": True,
            "wishes": request.env["ecrm.consent.request"]._offered(),
        }
        return render_private("crm_ecrm.case_page", values)

    @route(
        "/voice/case/<string:link>/<any(say,solved,unsolved):deed>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def voice_case_deed(self, link, deed, text="", token="", **post):
        case, holder = _linked_case(link)
        if not case:
            return link_over()
        if request.env.user._is_internal():
            error = request.env._("You are logged in as an employee: log out first.")
        else:
            error = _do(case, deed, text, token, by=holder, medium="form")
        if error:
            return self._linked_page(link, case, holder, error, text)
        return leave_no_trace(request.redirect(f"/voice/case/{link}"))

    @route(
        "/voice/case/<string:link>/file/<int:place>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def voice_case_file(self, link, place, **kw):
        case, _holder = _linked_case(link)
        if not case:
            return link_over()
        return leave_no_trace(_send_file(case, place))


def _own_case(key):
    """The same answer for another's as for one that nobody has."""
    case = request.env["ecrm.case"]._portal_find(request.env.user, key)
    if not case:
        raise NotFound
    return case


def _linked_case(link):
    """The case of that link, in the customer's language, and for whom it was made."""
    case, holder = read_link(request.env["ecrm.case"], "case", link)
    return case.with_context(lang=speak(holder or case.partner_id)), holder


def _do(case, deed, text, token, *, by, medium):
    """
    :return: why it could not be
    """
    files, errors = _read_files()
    if errors:
        return errors["files"]
    read = case._form_nonce(token)
    if not read:
        return request.env._("The page had expired. Please send it again.")
    sent = {"by": by, "medium": medium, "files": files, "token": read[0]}
    error = None
    with whole_or_nothing(request.env) as attempt:
        if deed == "solved":
            case._customer_confirms(by=by)
        elif deed == "unsolved":
            error = case._customer_reopens(text, **sent)
        else:
            error = case._customer_says(text, **sent)
    return error or attempt.refusal


def _read_files():
    uploads = request.httprequest.files.getlist("files")
    files, wrong = read_uploads(request.env, uploads)
    return files, {"files": wrong} if wrong else {}


def _files_label() -> str:
    # numbers stand in no text that is translated: so a page has digits of one kind
    return request.env._(
        "Files (up to %(files)s, each up to %(size)s MB)",
        files=MOST_FILES,
        size=LARGEST_FILE // 1024**2,
    )


def _send_file(case, place):
    file = case._portal_file(place)
    if not file:
        raise NotFound
    stream = request.env["ir.binary"]._get_stream_from(file)
    return stream.get_response(as_attachment=True)
