from . import test_delivery_priority
