def migrate(cr, version):
    """Turns are the common ground's; Odoo leaves the table of a model that is gone."""
    cr.execute("DROP TABLE IF EXISTS loyalty_tier_turn")
