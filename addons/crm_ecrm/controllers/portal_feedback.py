from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.feedback.ecrm_feedback import LONGEST_TEXT
from .page import nothing_here, render_private, speak


class PortalFeedback(CustomerPortal):
    """Where customers answer: by a link of their own, or in the portal."""

    @route(
        "/voice/feedback/<string:token>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def feedback_page(self, token, **kw):
        """The page that the mail leads to: it shows, and writes nothing."""
        feedback = self._feedback_by_link(token)
        return self._feedback_linked_page(feedback, token)

    @route(
        "/voice/feedback/<string:token>/begin",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        readonly=True,
        sitemap=False,
    )
    @texts_only
    def feedback_begin(self, token, **kw):
        """Somebody did something on the page."""
        feedback = self._feedback_by_link(token)
        if not feedback:
            raise request.not_found()
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
        return request.make_response(feedback._new_gesture(), headers)

    @route(
        "/voice/feedback/<string:token>/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def feedback_answer(self, token, gesture="", **post):
        feedback = self._feedback_by_link(token)
        done, error = self._feedback_take(feedback, post, "link", gesture)
        return self._feedback_linked_page(feedback, token, post, done, error)

    @route(
        "/voice/feedback/<string:token>/stop",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def feedback_stop(self, token, gesture="", **kw):
        """No surveys any more, for whoever reads the mail."""
        feedback = self._feedback_by_link(token)
        done = error = None
        if feedback:
            with whole_or_nothing(request.env) as attempt:
                done = feedback._stop_asking(request.env.user, gesture)
            error = attempt.refusal
        return self._feedback_linked_page(feedback, token, None, done, error)

    @route(
        "/voice/feedback/renew",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def feedback_renew(self, email="", **kw):
        """A new link to the address on file; the page says the same to everybody."""
        request.env["ecrm.feedback"]._renew(email[:200])
        return render_private("crm_ecrm.feedback_expired", {"renewed": True})

    @route(
        "/my/voice/feedback/<string:key>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_voice_feedback(self, key, **kw):
        feedback = request.env["ecrm.feedback"]._portal_find(request.env.user, key)
        return self._feedback_portal_page(feedback) if feedback else nothing_here()

    @route(
        "/my/voice/feedback/<string:key>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_voice_feedback_answer(self, key, gesture="", **post):
        feedback = self._feedback_of_mine(key)
        done, error = self._feedback_take(feedback, post, "portal", gesture)
        return self._feedback_portal_page(feedback, post, done, error)

    def _feedback_by_link(self, token):
        """What a link is for, in the language of the person it was sent to."""
        feedback, holder = request.env["ecrm.feedback"]._by_link(token)
        return feedback.with_context(lang=speak(holder))

    def _feedback_of_mine(self, key):
        feedback = request.env["ecrm.feedback"]._portal_find(request.env.user, key)
        if not feedback:
            raise request.not_found()
        return feedback

    def _feedback_take(self, feedback, post, medium, gesture):
        """
        :return: what became of it, and why it could not be
        """
        if not feedback:
            return None, None
        sent = {name: text for name, text in post.items() if isinstance(text, str)}
        done = None
        with whole_or_nothing(request.env) as attempt:
            if medium == "portal":
                feedback._check_holder(request.env.user)
            done = feedback._answer(sent, request.env.user, medium, gesture)
        return None if attempt.refusal else done, attempt.refusal

    def _feedback_linked_page(self, feedback, token, sent=None, done=None, error=None):
        if not feedback:
            return render_private("crm_ecrm.feedback_expired", {"renewed": False})
        values = {
            **self._feedback_form_values(feedback, sent, done, error),
            # whoever else has the link does not read what was answered
            "show_answer": done in ("accepted", "changed", "kept"),
            "stop_url": f"/voice/feedback/{token}/stop",
            "wish_url": f"/voice/feedback/{token}",
            "wishes": request.env["ecrm.consent.request"]._offered(),
            "feedback": feedback._page_values(request.env.user),
            "answer_url": f"/voice/feedback/{token}/answer",
            "begin_url": f"/voice/feedback/{token}/begin",
        }
        return render_private("crm_ecrm.feedback_page", values)

    def _feedback_portal_page(self, feedback, sent=None, done=None, error=None):
        values = self._prepare_portal_layout_values()
        shown = feedback._portal_values(request.env.user)
        values.update(
            self._feedback_form_values(feedback, sent, done, error),
            page_name="voice_feedback",
            show_answer=True,
            feedback=shown,
            answer_url=f"{shown['url']}/answer",
            begin_url="",
        )
        # whoever signed in is no scanner
        values["gesture"] = values["gesture"] or feedback._new_gesture()
        return request.render("crm_ecrm.portal_feedback", values)

    def _feedback_form_values(self, feedback, sent, done, error):
        """What was sent stands in the form again where it was not taken."""
        confirm = done in ("confirm", "stop")
        sent = (sent or {}) if error or confirm else {}
        return {
            "sent": {name: text[:LONGEST_TEXT] for name, text in sent.items()},
            "done": done,
            "error": error,
            "gesture": feedback._new_gesture(confirmed=True) if confirm else "",
        }
