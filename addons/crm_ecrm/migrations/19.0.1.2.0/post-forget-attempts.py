def migrate(cr, version):
    """Forms sent within the last hour are counted elsewhere from now on."""
    cr.execute("DROP TABLE IF EXISTS ecrm_attempt")
