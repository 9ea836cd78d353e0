from . import (
    ecrm_complaint_rate,
    ecrm_coverage,
    ecrm_engagement,
    ecrm_entry,
    ecrm_figures,
    ecrm_loop,
    ecrm_resolution,
    ecrm_return,
    ecrm_satisfaction,
    ecrm_signal,
    ecrm_signal_talk,
)
