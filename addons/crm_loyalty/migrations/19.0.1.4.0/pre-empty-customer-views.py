VIEWS = ("res_partner_view_form", "res_partner_view_list_tier")


def migrate(cr, version):
    """These show fields that are gone; they are read again, but others come first."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = '{"en_US": "<data/>"}'
          FROM ir_model_data known
         WHERE known.model = 'ir.ui.view'
           AND known.res_id = ir_ui_view.id
           AND known.module = 'crm_loyalty'
           AND known.name IN %s
        """,
        [VIEWS],
    )
