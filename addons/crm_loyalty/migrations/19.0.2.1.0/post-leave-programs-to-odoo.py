from odoo import SUPERUSER_ID, api

# What a ledger is for: others had one only because nobody asked.
KEPT = ("loyalty", "ewallet")


def migrate(cr, version):
    """Programs without entries, coupons and gift cards are Odoo's again.

    Their open quotations have their cards back.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    programs = env["loyalty.program"].search([])
    kept = programs.filtered("keep_ledger")
    kept.filtered(lambda one: one.program_type not in KEPT)._switch_off()
    programs.filtered(lambda one: not one.keep_ledger)._all_cards()._show_quoted_cards()
