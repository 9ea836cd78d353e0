from . import (  # noqa: I001
    res_company,
    res_config_settings,
    res_partner,
    ecrm_idea_vote,
    ecrm_idea_comment,
    ecrm_idea_news,
    ecrm_idea,
    ecrm_idea_sent,
)
