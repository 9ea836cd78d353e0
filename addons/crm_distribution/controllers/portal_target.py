from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page


class TargetPortal(CustomerPortal):
    """An intermediary sees its targets, and agrees on its joint plans."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            partner = acting_intermediary(required=False)
            plans = request.env["distribution.joint.plan"]
            values["channel_targets"] = bool(partner)
            values["channel_plans_waiting"] = (
                plans._portal_waiting(partner) if partner else 0
            )
        return values

    @route("/my/channel/targets", type="http", auth="user", website=True, readonly=True)
    def portal_my_targets(self, **kw):
        return self._targets_page()

    @route(
        "/my/channel/plan/<int:number>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_plan_answer(self, number, proposal="", answer="", text="", **kw):
        plans = request.env["distribution.joint.plan"]
        plan = plans._portal_plan(acting_intermediary(), number)
        if not plan:
            return missing_page("crm_distribution.portal_no_plan")
        with whole_or_nothing(request.env) as attempt:
            contact = request.env.user.partner_id
            plan._portal_answer(contact, proposal, answer, text)
        if attempt.refusal:
            return self._targets_page(attempt.refusal, text)
        return request.redirect("/my/channel/targets")

    def _targets_page(self, error=None, text=""):
        partner = acting_intermediary()
        plans = request.env["distribution.joint.plan"]
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_targets",
            "plans": plans._portal_plans(partner),
            "targets": plans._portal_targets(partner),
            "error": error,
            "text": text,
        }
        return request.render("crm_distribution.portal_my_targets", values)
