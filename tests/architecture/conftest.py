"""The reader of a small add-on."""

import pytest


@pytest.fixture
def example(tmp_path):
    """Write a small add-on named `sample` and return its folder."""

    def write(files: dict[str, str]):
        folder = tmp_path / "sample"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    return write
