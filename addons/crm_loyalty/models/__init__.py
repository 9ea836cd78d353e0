# The themes, in the sequence in which they build on each other.
from . import value  # noqa: I001
from . import purchase
from . import segment
from . import need
from . import points
from . import tier
from . import program
from . import offer
from . import leaving

# Core hooks that several themes need, each overridden once.
from . import account_move
from . import loyalty_program
from . import res_partner
from . import sale_order
