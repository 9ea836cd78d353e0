from . import (
    arrays,
    columns,
    companies,
    dates,
    declared,
    mark,
    numbers,
    permit,
    text,
    uninstall,
    work,
)
