from odoo import api, models


class LoyaltyProgram(models.Model):
    """What happens to a program: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``points``, ``offer``.
    """

    _inherit = "loyalty.program"

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._begin_ledger()
        programs._begin_advice()
        programs._tell_payments()
        return programs

    def write(self, vals):
        self._check_ledger_stays(vals)
        self._check_company_stays(vals)
        res = super().write(vals)
        if not {"keep_ledger", "program_type", "active"}.isdisjoint(vals):
            self._forget_answers()
        if "program_type" in vals:
            self._tell_payments()
        if "point_holder" in vals:
            self.filtered("keep_ledger")._regroup_cards()
        if vals.get("advise_offer"):
            self._begin_advice()
        return res
