from . import arrays
from . import columns
