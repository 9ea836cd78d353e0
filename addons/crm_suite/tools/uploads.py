"""Files that people without a right to attachments send by a page's form."""

import functools
import re
from collections.abc import Callable

from werkzeug.datastructures import FileStorage

from odoo.api import Environment

MOST_FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
LONGEST_NAME = 200
# folders, and what turns the reading of a name around or is no sign at all
FOLDER = re.compile(r"^.*[/\\]", re.DOTALL)
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def file_name(sent: str) -> str:
    """A name as it may be shown and saved, of what somebody called his file."""
    name = UNSEEN.sub("", FOLDER.sub("", sent or "")).strip(" .")
    return name[-LONGEST_NAME:] or "file"


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
        read.append((file_name(upload.filename), content))
    return read, ""


def texts_only(endpoint: Callable) -> Callable:
    """For pages with forms: a file that is sent in a text's place is not there."""

    @functools.wraps(endpoint)
    def called(self, *args, **sent):
        texts = {
            name: value
            for name, value in sent.items()
            if not isinstance(value, FileStorage)
        }
        return endpoint(self, *args, **texts)

    return called
