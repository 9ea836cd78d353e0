"""What ``make`` calls: from a bare machine to a running Odoo with our add-ons."""
