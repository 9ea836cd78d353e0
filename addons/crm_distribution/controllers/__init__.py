from . import portal_deal, portal_lead, portal_price
