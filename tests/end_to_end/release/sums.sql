-- What must be the same after an upgrade: a label and a figure a row. Where a table or a
-- column gets another name, its new name comes here; the label and the figure stay.
SELECT 'cards' AS label, count(*)::numeric AS figure FROM loyalty_card
UNION ALL
SELECT 'points on cards', round(sum(points)::numeric, 2) FROM loyalty_card
UNION ALL
SELECT 'points of entries: ' || kind, round(sum(points)::numeric, 2)
  FROM loyalty_point_entry GROUP BY kind
UNION ALL
SELECT 'entries: ' || kind, count(*) FROM loyalty_point_entry GROUP BY kind
UNION ALL
SELECT 'lots', count(*) FROM loyalty_point_lot
UNION ALL
SELECT 'points of lots', round(sum(points)::numeric, 2) FROM loyalty_point_lot
UNION ALL
SELECT 'days of lots', sum(expires_on - date '2020-01-01') FROM loyalty_point_lot
UNION ALL
SELECT 'liabilities', count(*) FROM loyalty_point_liability
UNION ALL
SELECT 'points outstanding', round(sum(outstanding)::numeric, 2)
  FROM loyalty_point_liability
UNION ALL
SELECT 'advice overruled', count(*) FROM crm_offer_overrule
UNION ALL
SELECT 'gestures', count(*) FROM loyalty_tier_gesture
UNION ALL
SELECT 'tier: ' || (tier.name ->> 'en_US'), count(membership.id)
  FROM loyalty_tier tier
  LEFT JOIN loyalty_tier_membership membership
    ON membership.tier_id = tier.id AND membership.ending IS NULL
 GROUP BY tier.name
UNION ALL
SELECT 'thresholds', sum(threshold)::numeric FROM loyalty_tier
UNION ALL
SELECT 'amounts of memberships', round(sum(amount)::numeric, 2)
  FROM loyalty_tier_membership
UNION ALL
SELECT 'benefit: ' || kind, count(*) FROM loyalty_tier_benefit GROUP BY kind
UNION ALL
SELECT 'campaign: ' || name, count(*) FROM crm_customer_program GROUP BY name
UNION ALL
SELECT 'members: ' || arm, count(*) FROM crm_customer_program_member GROUP BY arm
UNION ALL
SELECT 'draws of members', round(sum(draw)::numeric, 6)
  FROM crm_customer_program_member
UNION ALL
SELECT 'contacts of members', sum(touch_count) FROM crm_customer_program_member
UNION ALL
SELECT 'spent by campaigns', sum(spent)::numeric FROM crm_customer_program
UNION ALL
SELECT 'responses', count(responded_at) FROM crm_customer_program_member
UNION ALL
SELECT 'segments', count(*) FROM crm_customer_segment
UNION ALL
SELECT 'conditions of segments', count(*) FROM crm_customer_segment_purchase
UNION ALL
SELECT 'imports: ' || state, count(*) FROM crm_purchase_import GROUP BY state
UNION ALL
SELECT 'imported purchases', count(*) FROM crm_purchase_import_line
UNION ALL
SELECT 'imported revenue', sum(revenue)::numeric FROM crm_purchase_import_line
UNION ALL
SELECT 'imported margin', sum(margin)::numeric FROM crm_purchase_import_line
UNION ALL
SELECT 'runs: ' || state, count(*) FROM crm_value_run GROUP BY state
UNION ALL
SELECT 'class: ' || value_class, count(*) FROM crm_customer_value GROUP BY value_class
UNION ALL
SELECT 'lifetime values', round(sum(lifetime_value)::numeric, 2)
  FROM crm_customer_value
UNION ALL
SELECT 'retention probabilities', round(sum(alive)::numeric, 6)
  FROM crm_customer_value
UNION ALL
SELECT 'needs: ' || evidence, count(*) FROM crm_partner_need GROUP BY evidence
UNION ALL
SELECT 'strength of needs', round(sum(strength)::numeric, 4) FROM crm_partner_need
UNION ALL
SELECT 'advice: ' || verdict, count(*) FROM crm_offer_advice GROUP BY verdict
 ORDER BY label
