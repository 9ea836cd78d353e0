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
    work,
)
