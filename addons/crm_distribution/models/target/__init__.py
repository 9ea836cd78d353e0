# Each after those that it reads.
from . import (  # noqa: I001
    account_move,
    distribution_share,
    distribution_target,
    distribution_target_portal,
    sale_order,
)
