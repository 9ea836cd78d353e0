def migrate(cr, version):
    """Programs whose points have moved keep a ledger."""
    cr.execute(
        """
        UPDATE loyalty_program SET keep_ledger = TRUE
         WHERE id IN (SELECT program_id FROM loyalty_point_entry)
        """
    )
