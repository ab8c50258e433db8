"""What somebody typed without a blank breaks within its cell: no page grows wider than its screen."""

import pytest
from django.utils import timezone

from grids.models import AreaChangeEvent, OfficerEvent, PostingEvent
from gridsup.audit.chain import append
from gridsup.models import AuditEntry
from subjects.actions import load_preset
from subjects.models import PolicyEvent, Tier
from tests.browser.conftest import DESK, PHONE
from tests.factories import AreaChangeFactory, LetterFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORD, NOW = "x" * 500, timezone.now()
EVENT = {"what": "state", "at": NOW, "why": WORD}


@pytest.fixture
def typed(district):
    """A long word wherever a reason is shown; duty → the pages that show it."""
    load_preset(bureau="05", name="F", on=timezone.localdate(), now=NOW, why="test")
    Tier.objects.update(source=WORD[:300])
    PolicyEvent.objects.create(bureau=district.bureau, **EVENT)
    append(
        AuditEntry(
            bureau="05", area_code="05", at=NOW, action="change", username="office", why=WORD, named=WORD[:200], row="7"
        )
    )
    change = AreaChangeFactory(station=district.station, reason=WORD, hindrance=WORD)
    AreaChangeEvent.objects.create(change=change, **EVENT)
    OfficerEvent.objects.create(officer=district.lead, **EVENT)
    PostingEvent.objects.create(posting=district.lead.postings.get(), **EVENT)
    letter = LetterFactory(holder=district.lead.postings.get(), giver=district.chief.postings.get())
    letter.events.create(**EVENT)
    areas = ["/areas/", change.get_absolute_url(), "/policy/", letter.get_absolute_url()]
    return {"auditor": ["/audit/"], "grid_office": [*areas, f"/people/{district.lead.pk}/", "/people/area/050101/"]}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_word_as_long_as_a_reason_makes_no_page_wider(visitor, district, typed, size):
    somebody, wide = visitor(size), {}
    for duty, path in [(duty, path) for duty, paths in typed.items() for path in paths]:
        somebody.enter(district.by_duty[duty])
        page = somebody.open(path)
        assert WORD[:300] in page.content(), path
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > size[0]:
            wide[path] = width

    assert wide == {}
