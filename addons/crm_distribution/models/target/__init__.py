from . import (
    account_move,
    distribution_joint_plan,
    distribution_joint_plan_line,
    distribution_joint_plan_portal,
    distribution_share,
    distribution_target,
    sale_order,
)
