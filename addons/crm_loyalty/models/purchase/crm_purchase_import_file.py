import base64
import io

from odoo import fields, models
from odoo.tools import SQL

# characters that go to the database or come from it at once; four are three bytes
PIECE = 1 << 22


class PiecewiseBinary(fields.Binary):
    """With the row goes no more than a piece; the model writes the whole."""

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        piece = value[:PIECE] if value else value
        return super().convert_to_column_insert(piece, record, values, validate)


class CrmPurchaseImport(models.Model):
    """The file itself. It goes piece by piece: on its way to or from the database a
    long value is in memory many times over."""

    _inherit = "crm.purchase.import"

    # In the row and not among the attachments: it goes when the import goes.
    file = PiecewiseBinary(attachment=False, copy=False)

    def _create(self, data_list):
        sources = super()._create(data_list)
        for source, data in zip(sources, data_list, strict=True):
            source._write_whole(data["stored"].get("file"))
        return sources

    def _write_multi(self, vals_list):  # pylint: disable=missing-return
        short = [
            {**vals, "file": vals["file"][:PIECE]} if vals.get("file") else vals
            for vals in vals_list
        ]
        super()._write_multi(short)
        for source, vals in zip(self, vals_list, strict=True):
            source._write_whole(vals.get("file"))

    def _write_whole(self, value) -> None:
        if not value or len(value) <= PIECE:
            return
        query = self.env.cr.execute
        query(
            SQL(
                "CREATE TEMPORARY TABLE IF NOT EXISTS crm_purchase_import_piece "
                "(number int, piece text) ON COMMIT DELETE ROWS"
            )
        )
        for start in range(0, len(value), PIECE):
            piece = value[start : start + PIECE]
            if not isinstance(piece, str):
                piece = bytes(piece).decode("ascii")
            query(
                SQL(
                    "INSERT INTO crm_purchase_import_piece VALUES (%s, %s)",
                    start,
                    piece,
                )
            )
        query(
            SQL(
                """
                WITH piece AS (DELETE FROM crm_purchase_import_piece RETURNING *)
                UPDATE crm_purchase_import
                   SET file = (
                       SELECT convert_to(string_agg(piece, '' ORDER BY number), 'UTF8')
                         FROM piece
                   )
                 WHERE id = %s
                """,
                self.id,
            )
        )

    def _bytes(self) -> bytes:
        """The file as it was uploaded, nothing where there is none."""
        source = self.with_context(bin_size=False)
        if not source.id or source.id in self._fields["file"]._get_cache(source.env):
            return base64.b64decode(source.file or b"")
        self.check_access("read")
        self.flush_recordset(["file"])
        data, left, start = io.BytesIO(), "", 1
        while piece := self._stored_piece(start):
            start += PIECE
            left += "".join(piece.split())
            whole = len(left) // 4 * 4
            data.write(base64.b64decode(left[:whole]))
            left = left[whole:]
        data.write(base64.b64decode(left))
        return data.getvalue()

    def _stored_piece(self, start: int) -> str:
        [[piece]] = self.env.execute_query(
            SQL(
                """
                SELECT convert_from(substring(file FROM %s FOR %s), 'UTF8')
                  FROM crm_purchase_import
                 WHERE id = %s
                """,
                start,
                PIECE,
                self.id,
            )
        )
        return piece or ""
