from . import distribution_response
