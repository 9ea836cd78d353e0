from . import (  # noqa: I001
    ecrm_insight_evidence,
    ecrm_insight,
    ecrm_touchpoint,
    ecrm_feedback,
)
