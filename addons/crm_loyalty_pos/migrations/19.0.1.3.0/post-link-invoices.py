def migrate(cr, version):
    """Lines of the till's invoices say whose they are, where their sequence tells it.

    Credit notes of before stay without: they have moved no points.
    """
    cr.execute(
        """
        WITH sold AS (
            SELECT line.id, line.product_id, line.qty, sale.account_move AS move_id,
                   row_number() OVER numbered AS number,
                   count(*) OVER (PARTITION BY sale.account_move) AS count
              FROM pos_order_line line
              JOIN pos_order sale ON sale.id = line.order_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE sale.account_move IS NOT NULL AND template.type <> 'combo'
            WINDOW numbered AS (PARTITION BY sale.account_move
                                    ORDER BY sale.id, line.id)
        ), item AS (
            SELECT item.id, item.move_id, item.product_id, item.quantity,
                   row_number() OVER (PARTITION BY item.move_id
                                          ORDER BY item.sequence, item.id) AS number,
                   count(*) OVER (PARTITION BY item.move_id) AS count
              FROM account_move_line item
             WHERE item.display_type = 'product'
               AND item.move_id IN (SELECT move_id FROM sold)
        )
        UPDATE account_move_line
           SET pos_line_id = sold.id
          FROM sold
          JOIN item USING (move_id, number, count, product_id)
         WHERE account_move_line.id = item.id
           AND abs(item.quantity) = abs(sold.qty)
        """
    )
