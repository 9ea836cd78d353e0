from . import crm_segment_opportunity
