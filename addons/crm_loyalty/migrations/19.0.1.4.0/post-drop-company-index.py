def migrate(cr, version):
    """Members of tiers are found by customer; Odoo keeps an index that it has lost."""
    cr.execute("DROP INDEX IF EXISTS loyalty_tier_membership__company_id_index")
