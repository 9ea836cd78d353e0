from . import (  # noqa: I001
    ecrm_portal_visit,
    ecrm_signal_weight,
    ecrm_insight_evidence,
    ecrm_insight,
    ir_http,
    digest_digest,
    res_company,
    res_config_settings,
)
