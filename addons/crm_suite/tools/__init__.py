from . import (
    arrays,
    batches,
    columns,
    companies,
    dates,
    declared,
    mark,
    numbers,
    permit,
    text,
    work,
)
