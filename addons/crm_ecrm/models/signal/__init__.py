from . import (  # noqa: I001
    ecrm_portal_visit,
    ir_http,
    digest_digest,
)
