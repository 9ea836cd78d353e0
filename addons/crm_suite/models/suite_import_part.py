from odoo import fields, models


class SuiteImportPart(models.AbstractModel):
    """Rows of a file that were read, in order, and wait to be brought in.

    A long file is read once, into parts that outlive the process. Concrete models add
    the import that they belong to, and nobody but the job reads them.
    """

    _name = "suite.import.part"
    _description = "Part of an Import"
    _order = "id"
    _log_access = False

    content = fields.Text(required=True, readonly=True)
