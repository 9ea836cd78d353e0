from . import test_delivery_touchpoint, test_goods_returned
