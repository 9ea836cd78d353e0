from odoo.tools import SQL


def migrate(cr, version):
    """Conditions typed before belong to the last person who changed their record."""
    for table in ("crm_customer_segment", "crm_customer_program", "mailing_mailing"):
        cr.execute(
            SQL(
                # what jobs wrote, they wrote as user 1
                "UPDATE %s SET condition_user_id"
                " = coalesce(nullif(write_uid, 1), create_uid)",
                SQL.identifier(table),
            )
        )
    cr.execute(
        """
        INSERT INTO mailing_mailing_res_company_rel (mailing_mailing_id, res_company_id)
        SELECT mailing.id, theirs.cid
          FROM mailing_mailing mailing
          JOIN res_company_users_rel theirs
            ON theirs.user_id = mailing.condition_user_id
            ON CONFLICT DO NOTHING
        """
    )
