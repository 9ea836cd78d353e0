-- What sale orders look like after Odoo wrote them, for the drawn purchases.

INSERT INTO res_partner (
    id, name, complete_name, commercial_partner_id, type, active, is_company,
    partner_share, company_id, user_id, country_id, lang, email, email_normalized,
    phone, phone_sanitized, street, zip, city, ref, color, customer_rank, supplier_rank,
    message_bounce, autopost_bills, create_uid, write_uid, create_date, write_date)
SELECT %(partner)s + n, label, label, %(partner)s + n, 'contact', true, n %% 3 = 0,
       true, NULL, (%(sellers)s)[1 + n %% cardinality(%(sellers)s)],
       (%(countries)s)[1 + n %% cardinality(%(countries)s)], 'en_US', email, email,
       phone, phone, n %% 300 || ' Market Street',
       lpad((n %% 90000)::text, 5, '0'),
       'City ' || n %% 200, 'C' || lpad(n::text, 7, '0'), 0, 1, 0, 0, 'ask',
       %(uid)s, %(uid)s, now(), now()
  FROM generate_series(0, %(customers)s - 1) n,
       -- scattered over the alphabet, as names are
       LATERAL (SELECT initcap(translate(substr(md5(n::text), 1, 7), '0123456789',
                       'ghijklmnop')) || ' ' || n AS label,
                       'customer' || n || '@example.com' AS email,
                       '+1 202 555 ' || lpad((n %% 10000)::text, 4, '0') AS phone) made;

INSERT INTO sale_order (
    id, name, state, partner_id, partner_invoice_id, partner_shipping_id, company_id,
    currency_id, currency_rate, user_id, team_id, date_order, amount_untaxed, amount_tax,
    amount_total, margin, margin_percent, invoice_status, locked, require_signature,
    require_payment, prepayment_percent, create_uid, write_uid, create_date, write_date)
SELECT %(order)s + drawn.id, 'S' || lpad((%(order)s + drawn.id)::text, 7, '0'), 'sale',
       partner.id, partner.id, partner.id, %(company)s, %(currency)s, 1.0,
       partner.user_id, %(team)s, %(start)s + drawn.second * interval '1 second',
       total.price, 0, total.price, total.margin,
       total.margin / nullif(total.price, 0), 'to invoice', false, true, false, 1.0,
       %(uid)s, %(uid)s, now(), now()
  FROM drawn_order drawn
  JOIN res_partner partner ON partner.id = %(partner)s + drawn.customer
  JOIN (SELECT line."order",
               sum(round(line.cents / 100.0, 2)) AS price,
               sum(round((line.cents - line.cost) / 100.0, 2)) AS margin
          FROM drawn_line line
         GROUP BY line."order") total ON total."order" = drawn.id;

INSERT INTO sale_order_line (
    id, order_id, sequence, company_id, currency_id, order_partner_id, salesman_id,
    product_id, product_uom_id, state, name, qty_delivered_method, invoice_status,
    product_uom_qty, price_unit, technical_price_unit, discount, price_subtotal,
    price_tax, price_total, price_reduce_taxexcl, price_reduce_taxinc, qty_delivered,
    qty_invoiced, qty_to_invoice, untaxed_amount_invoiced, untaxed_amount_to_invoice,
    is_downpayment, is_expense, is_optional, collapse_prices, collapse_composition,
    customer_lead, purchase_price, margin, margin_percent, create_uid, write_uid,
    create_date, write_date)
SELECT %(line)s + drawn.id, sale.id, 10, sale.company_id, sale.currency_id,
       sale.partner_id, sale.user_id, product.id, product.uom_id, 'sale', product.name,
       'manual', 'to invoice', 1, price, price, 0, price, 0, price, price, price, 0, 0, 1,
       0, price, false, false, false, false, false, 0, price - gain, gain,
       gain / nullif(price, 0), %(uid)s, %(uid)s, now(), now()
  FROM drawn_line drawn
  JOIN sale_order sale ON sale.id = %(order)s + drawn."order"
  JOIN (SELECT variant.id, template.uom_id, template.name ->> 'en_US' AS name
          FROM product_product variant
          JOIN product_template template ON template.id = variant.product_tmpl_id
       ) product ON product.id = (%(products)s)[1 + drawn.product],
       LATERAL (SELECT round(drawn.cents / 100.0, 2) AS price,
                       round((drawn.cents - drawn.cost) / 100.0, 2) AS gain) money;

-- Returns: one line of one order in two hundred, credited a week later.
CREATE TEMP TABLE returned ON COMMIT DROP AS
SELECT %(move)s + row_number() OVER (ORDER BY line.id) AS move_id,
       %(item)s + 2 * row_number() OVER (ORDER BY line.id) AS item_id,
       line.*, partner.complete_name AS customer,
       (sale.date_order + interval '7 days')::date AS date
  FROM (SELECT order_id, max(id) AS line_id
          FROM sale_order_line
         WHERE id > %(line)s AND order_id %% 200 = 0
         GROUP BY order_id
        HAVING count(*) > 1) last
  JOIN sale_order_line line ON line.id = last.line_id
  JOIN sale_order sale ON sale.id = line.order_id
  JOIN res_partner partner ON partner.id = sale.partner_id;

INSERT INTO account_move (
    id, name, sequence_prefix, sequence_number, state, move_type, auto_post,
    payment_state, journal_id, company_id, partner_id, commercial_partner_id,
    partner_shipping_id, invoice_partner_display_name, currency_id, invoice_currency_rate,
    date, invoice_date, invoice_date_due, invoice_user_id, team_id, amount_untaxed,
    amount_tax, amount_total, amount_residual, amount_untaxed_signed,
    amount_untaxed_in_currency_signed, amount_tax_signed, amount_total_signed,
    amount_total_in_currency_signed, amount_residual_signed, checked, posted_before,
    made_sequence_gap, create_uid, write_uid, create_date, write_date)
SELECT move_id, 'RINV/BENCH/' || move_id, 'RINV/BENCH/', move_id, 'posted', 'out_refund',
       'no', 'not_paid', %(journal)s, company_id, order_partner_id, order_partner_id,
       order_partner_id, customer, currency_id, 1.0, date, date, date, salesman_id, %(team)s, price_subtotal, 0,
       price_total, price_total, -price_subtotal, -price_subtotal, 0, -price_total,
       -price_total, -price_total, true, true, false, %(uid)s, %(uid)s, now(), now()
  FROM returned;

INSERT INTO account_move_line (
    id, move_id, journal_id, company_id, company_currency_id, currency_id, sequence,
    account_id, partner_id, product_id, product_uom_id, move_name, parent_state, name,
    display_type, date, invoice_date, date_maturity, debit, credit, balance,
    amount_currency, amount_residual, amount_residual_currency, quantity, price_unit,
    price_subtotal, price_total, discount, reconciled, is_downpayment, deductible_amount,
    create_uid, write_uid, create_date, write_date)
SELECT item_id + receivable, move_id, %(journal)s, company_id, currency_id, currency_id,
       10 + receivable, CASE receivable WHEN 0 THEN %(income)s ELSE %(receivable)s END,
       order_partner_id, CASE receivable WHEN 0 THEN product_id END,
       CASE receivable WHEN 0 THEN product_uom_id END, 'RINV/BENCH/' || move_id, 'posted',
       name, CASE receivable WHEN 0 THEN 'product' ELSE 'payment_term' END, date, date,
       CASE receivable WHEN 1 THEN date END,
       (1 - receivable) * price_total, receivable * price_total,
       (1 - 2 * receivable) * price_total, (1 - 2 * receivable) * price_total,
       -receivable * price_total, -receivable * price_total, 1 - receivable,
       (1 - receivable) * price_unit, (1 - receivable) * price_subtotal,
       (1 - receivable) * price_total, 0, false, false, 100,
       %(uid)s, %(uid)s, now(), now()
  FROM returned, generate_series(0, 1) receivable;

INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
SELECT id, item_id FROM returned;
