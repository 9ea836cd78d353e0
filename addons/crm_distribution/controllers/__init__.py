from . import (
    portal_agreement,
    portal_deal,
    portal_lead,
    portal_money,
    portal_price,
    portal_sellout,
    portal_target,
)
