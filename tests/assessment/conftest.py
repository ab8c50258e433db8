import pytest

from tests.assessment import worked


@pytest.fixture
def placed(district, settings, tmp_path):
    """The hand-worked quarter, and an empty place for files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    worked.place()
    return district
