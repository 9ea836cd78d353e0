from . import portal, portal_program
