from datetime import timedelta

from odoo import models

from odoo.addons.crm_suite.tools.aside import written_aside

PERIOD = timedelta(minutes=1)
WRONG_CODES = 10


class ResUsers(models.Model):
    _inherit = "res.users"

    def _portal_function(self, code: str, company, place: str) -> str:
        """Where a portal function leads, for a customer who is granted it today.

        Whoever tries codes is told nothing more after so many wrong ones, by his login
        and by where he is: not even by a right one. Right ones are not counted, so that
        a customer may follow his link as often as he likes.
        """
        limits = dict.fromkeys(
            (f"code by login {self.id}", f"code from {place or '?'}"), WRONG_CODES
        )
        # sudo: counts, and tells nothing
        attempts = self.env["suite.attempt"].sudo()
        if not attempts._is_within(limits, PERIOD):
            return ""
        with written_aside(self.env) as env:
            attempts = env["suite.attempt"]
            # of many at one moment each sees what those before it have tried
            attempts._take_turn(limits)
            if not attempts._is_within(limits, PERIOD):
                return ""
            # by the same cursor: while it is open no other begins
            user = self.with_env(self.env(cr=env.cr))
            company = company.with_env(user.env)
            url = user.partner_id._portal_function(code, company)
            if not url:
                attempts._note(limits)
        return url
