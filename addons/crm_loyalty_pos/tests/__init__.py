from . import test_pos_purchase
