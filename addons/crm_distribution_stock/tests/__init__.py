from . import test_sell_in
