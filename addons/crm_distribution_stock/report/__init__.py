from . import distribution_assortment
