from odoo.http import request


def missing_page(template: str):
    """One page for what never was, is no more and is another's, with a way on."""
    return request.render(template, {"page_name": None}, status=404)
