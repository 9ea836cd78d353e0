from . import portal_figures
