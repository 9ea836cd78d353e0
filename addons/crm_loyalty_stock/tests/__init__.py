from . import test_delivery_priority, test_point_delivery
