"""Odoo's command line as a file, by whose name a server starts its second process."""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
