from . import (  # noqa: I001
    res_company,
    res_config_settings,
    ecrm_dimension,
    ecrm_touchpoint,
    ecrm_driver,
    ecrm_invitation,
    ecrm_feedback,
    ecrm_feedback_answer,
    ecrm_feedback_mark,
    ecrm_departure,
    ecrm_case,
    survey_user_input,
)
