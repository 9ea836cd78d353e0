from . import (  # noqa: I001
    ecrm_consent,
    ecrm_consent_request,
    ecrm_preference,
    res_company,
    res_config_settings,
    res_partner,
)
