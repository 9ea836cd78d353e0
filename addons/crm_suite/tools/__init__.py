from . import (
    arrays,
    columns,
    companies,
    dates,
    declared,
    digests,
    mark,
    numbers,
    permit,
    text,
    uninstall,
    work,
)
