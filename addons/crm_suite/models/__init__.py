from . import suite_customer_data_mixin
