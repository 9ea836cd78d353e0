from . import arrays, batches, columns, dates
