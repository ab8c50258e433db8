import pytest

from gridsup.errors import BadInput, NotAllowed, WrongState
from gridsup.images import MOST_PICTURES, Picture, proven
from inspections.actions import attach_photo, drop_draft
from tests.factories import TODAY, PhotoFactory, VisitFactory, noon
from tests.forms import photo

NOON = noon(TODAY)


@pytest.fixture
def visit(district):
    return VisitFactory(lead=district.lead, partner=district.manager)


def attach(visit, by, picture=None):
    return attach_photo(visit=visit, picture=picture or proven(photo()), by=by, now=NOON)


@pytest.mark.parametrize("who", ["lead", "manager"])
def test_either_officer_adds_a_photo_and_it_is_history(visit, district, who):
    stored = attach(visit, getattr(district, who))

    assert stored.file.read() == proven(photo()).content
    assert stored.file.name.startswith("visits/")
    assert "photo" not in stored.file.name
    assert visit.events.get().new == stored.sha256
    stored.file.close()


def test_the_same_picture_again_is_the_photo_that_is_there(visit, district):
    assert attach(visit, district.lead) == attach(visit, district.manager)
    assert visit.photos.count() == visit.events.count() == 1


def test_nobody_else_adds_a_photo(visit, district):
    for who in (district.chief, district.by_duty["case_team"], district.neighbour_lead):
        with pytest.raises(NotAllowed):
            attach(visit, who)


@pytest.mark.parametrize("state", ["returned", "archived"])
def test_a_reviewed_record_takes_no_more_photos(district, state):
    visit = VisitFactory(lead=district.lead, partner=district.manager, state=state)

    with pytest.raises(WrongState):
        attach(visit, district.lead)


def test_a_visit_has_so_many_photos_at_most(visit, district):
    PhotoFactory.create_batch(MOST_PICTURES, visit=visit)

    with pytest.raises(BadInput):
        attach(visit, district.lead, Picture(b"one more", "a" * 64))


def test_a_draft_is_dropped_with_its_photos_and_files(district, django_capture_on_commit_callbacks):
    draft = VisitFactory(lead=district.lead, state="draft", draft={"narrative": ["x"]})
    stored = attach(draft, district.lead)
    storage, name = stored.file.storage, stored.file.name

    with django_capture_on_commit_callbacks(execute=True):
        drop_draft(visit=draft, by=district.lead, now=NOON)

    assert draft.draft == {}
    assert not draft.photos.exists()
    assert not storage.exists(name)
    assert draft.events.get().what == "dropped"


def test_a_record_is_not_dropped_and_nobody_drops_for_another(visit, district):
    with pytest.raises(WrongState):
        drop_draft(visit=visit, by=district.lead, now=NOON)
    with pytest.raises(NotAllowed):
        drop_draft(visit=VisitFactory(lead=district.lead, state="draft"), by=district.manager, now=NOON)


def test_a_returned_record_is_free_again_when_its_correction_is_dropped(district):
    earlier = VisitFactory(lead=district.lead, partner=district.manager, state="returned")
    draft = VisitFactory(lead=district.lead, state="draft", corrects=earlier, version=2, draft={"x": ["y"]})

    drop_draft(visit=draft, by=district.lead, now=NOON)

    assert not type(earlier).objects.filter(corrects=earlier).exists()
