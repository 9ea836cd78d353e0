from . import (
    base_partner_merge_automatic_wizard,
    distribution_agreement_start,
    distribution_decision,
    distribution_dispute,
    distribution_message_write,
    distribution_policy_propose,
    distribution_policy_what_if,
    distribution_policy_what_if_goal,
    distribution_policy_what_if_line,
    distribution_settlement_run,
)
