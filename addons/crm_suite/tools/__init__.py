from . import (
    arrays,
    batches,
    columns,
    companies,
    dates,
    declared,
    numbers,
    permit,
    text,
    work,
)
