from . import (  # noqa: I001
    ecrm_portal_visit,
    ecrm_signal_weight,
    ir_http,
    digest_digest,
    res_company,
    res_config_settings,
)
