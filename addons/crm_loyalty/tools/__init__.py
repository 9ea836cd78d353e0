from . import arrays, columns
