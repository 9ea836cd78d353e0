"""Every check runs on each add-on, and is itself tried on a bad example."""

import pytest
import sources


@pytest.fixture(params=sources.ADDONS, ids=lambda folder: folder.name)
def addon(request):
    return request.param


@pytest.fixture
def example(tmp_path):
    """Write a small add-on named `sample` and return its folder."""

    def write(**files: str):
        folder = tmp_path / "sample"
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    return lambda files: write(**files)
