from . import prefetch
