"""Arrays as the bytes that a binary field holds."""

import base64
import io

import numpy as np
from numpy.typing import NDArray


def pack(arrays: dict[str, NDArray]) -> bytes:
    """Named arrays as base64 of numpy's own archive format."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return base64.b64encode(buffer.getbuffer())


def unpack(content: bytes) -> dict[str, NDArray]:
    """The arrays that ``pack`` was given."""
    with np.load(io.BytesIO(base64.b64decode(content)), allow_pickle=False) as archive:
        return dict(archive)
