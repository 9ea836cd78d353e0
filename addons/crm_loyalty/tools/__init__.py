from . import arrays, columns, dates
