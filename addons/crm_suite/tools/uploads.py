"""Files that people without a right to attachments send by a page's form."""

from odoo.api import Environment

MOST_FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
LONGEST_NAME = 200


def read_uploads(env: Environment, uploads) -> tuple[list[tuple[str, bytes]], str]:
    """Name and content of each, or why they are not taken.

    :param uploads: of a form's field, as Werkzeug gives them
    """
    uploads = [upload for upload in uploads if upload.filename]
    if len(uploads) > MOST_FILES:
        return [], env._("At most %s files.", MOST_FILES)
    read = []
    for upload in uploads:
        content = upload.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            return [], env._("A file may have up to %s MB.", LARGEST_FILE // 1024**2)
        # some browsers send the folder too
        name = upload.filename.replace("\\", "/").rpartition("/")[2]
        read.append((name[-LONGEST_NAME:] or "file", content))
    return read, ""
