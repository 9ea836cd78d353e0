def migrate(cr, version):
    """Salespeople see members from their first touch on; e-mails know their program.

    Rules are not updated by themselves: these two are written here.
    """
    cr.execute(
        """
        UPDATE ir_rule SET domain_force = CASE data.name
               WHEN 'crm_customer_program_member_rule_all'
               THEN '[("touch_count", ">", 0)]'
               ELSE '["&", ("touch_count", ">", 0), "|", "&",'
                 || ' ("partner_id", "!=", False),'
                 || ' ("partner_id.user_id", "in", [user.id, False]), "&",'
                 || ' ("partner_id", "=", False),'
                 || ' ("lead_id.user_id", "in", [user.id, False])]' END
          FROM ir_model_data data
         WHERE data.model = 'ir.rule' AND data.res_id = ir_rule.id
           AND data.module = 'crm_loyalty'
           AND data.name IN ('crm_customer_program_member_rule_all',
                             'crm_customer_program_member_rule_personal')
           AND domain_force NOT LIKE '%touch_count%'
        """
    )
    cr.execute(
        """
        UPDATE mailing_mailing SET origin_program_id = program.id
          FROM crm_customer_program program
         WHERE program.mailing_id = mailing_mailing.id
        """
    )
