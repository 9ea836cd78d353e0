from . import (
    distribution_price,
    distribution_price_input_mixin,
    distribution_price_plan,
    distribution_price_plan_factor,
    distribution_price_plan_level,
    distribution_price_plan_product,
    distribution_price_plan_publication,
    product_pricelist,
    product_pricelist_item,
    product_pricelist_portal,
)  # noqa: I001
