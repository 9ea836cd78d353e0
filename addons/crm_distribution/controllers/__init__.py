from . import deal_portal
