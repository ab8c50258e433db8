"""The point of a premises is given on a page of its own."""

import pytest

from gridsup.coordinates import to_gcj02
from gridsup.errors import BadInput, NotAllowed
from subjects.areas.pointing import Said, set_point
from subjects.models import Premises
from tests.drawing import degrees
from tests.factories import TODAY, PremisesFactory, noon
from tests.splitting import draw_station, premises_at

NOON = noon(TODAY)


@pytest.fixture(autouse=True)
def paper(district, english):
    draw_station()


@pytest.fixture
def pointless():
    return PremisesFactory(area_code="050101", lon=None, lat=None)


def of_a_web_map(x, y=0.5):
    lon, lat = to_gcj02(*degrees(x, y))
    return float(lon[0]), float(lat[0])


def stored(premises):
    return Premises.objects.values_list("lon", "lat", "area_code").get(pk=premises.pk)


def test_a_point_is_kept_in_wgs_84_with_an_event_and_the_ledger_stays(district, pointless):
    set_point(premises=pointless, said=Said(*of_a_web_map(1.2), "gcj02"), by=district.chief, now=NOON, why="看过了")

    event = pointless.events.get(what="point")
    assert stored(pointless) == (pytest.approx(109.012), pytest.approx(34.005), "050101")
    assert (event.old, event.new, event.by, event.why) == ("", "109.012, 34.005", district.chief, "看过了")


def test_only_who_corrects_the_ledger_here_sets_it(district, pointless):
    elsewhere = premises_at(3.5, area_code="050201")
    for premises, by in ((pointless, district.lead), (elsewhere, district.chief)):
        with pytest.raises(NotAllowed):
            set_point(premises=premises, said=Said(*degrees(0.5, 0.5)), by=by, now=NOON)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(34.005, 109.012), "seem to be exchanged"),
        (Said(float("nan"), 34.005), "no number of degrees"),
        (Said(*degrees(9, 9)), "The point lies outside the district."),
        (Said(*of_a_web_map(3.9)), "outside the district. Was GCJ-02 meant?"),
        (Said(*of_a_web_map(1.8)), "Read as WGS 84 the point lies outside grid 050101, read as GCJ-02 inside."),
    ],
    ids=["exchanged", "no number", "outside", "outside by its system", "beside its grid by its system"],
)
def test_what_cannot_be_its_point_is_refused_with_a_sentence(district, pointless, said, sentence):
    with pytest.raises(BadInput, match=sentence.replace(".", r"\.").replace("?", r"\?")):
        set_point(premises=pointless, said=said, by=district.chief, now=NOON)

    assert stored(pointless) == (None, None, "050101")


def test_whoever_is_sure_of_the_system_may_say_so(district, pointless):
    said = Said(*of_a_web_map(1.8), sure=True)

    set_point(premises=pointless, said=said, by=district.chief, now=NOON)

    assert stored(pointless)[0] == pytest.approx(said.lon)


def test_the_same_point_is_no_change(district):
    premises = premises_at(0.5)

    with pytest.raises(BadInput, match="already"):
        set_point(premises=premises, said=Said(premises.lon, premises.lat), by=district.chief, now=NOON)


@pytest.fixture
def chief(client, district):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    client.cookies["django_language"] = "en"
    return client


def told(lon, lat, **changed):
    return {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "crs": "wgs84", **changed}


def test_the_page_of_the_premises_leads_to_it_and_tells_it_afterwards(chief, pointless):
    address = f"/premises/{pointless.pk}/point/"
    assert address in chief.get(pointless.get_absolute_url()).text
    assert "point-map" in chief.get(address).text

    assert chief.post(address, told(*degrees(0.5, 0.5))).status_code == 302

    assert stored(pointless)[:2] == pytest.approx(degrees(0.5, 0.5))
    assert "Point set" in chief.get(pointless.get_absolute_url()).text


def test_who_may_not_is_neither_led_there_nor_let_in(client, district, pointless):
    client.force_login(district.lead, backend="grids.backends.DutyBackend")

    assert "/point/" not in client.get(pointless.get_absolute_url()).text
    assert client.get(f"/premises/{pointless.pk}/point/").status_code == 403


def test_a_point_that_looks_shifted_is_asked_about_and_one_that_was_tapped_is_not(chief, pointless):
    address, shifted = f"/premises/{pointless.pk}/point/", told(*of_a_web_map(1.8))

    page = chief.post(address, shifted)
    assert "id_sure" in page.text
    assert "Choose GCJ-02" in str(page.context["form"].errors["crs"])
    assert chief.post(address, {**shifted, "tapped": "109.1,34.1"}).status_code == 200
    assert chief.post(address, {**shifted, "tapped": f"{shifted['lon']},{shifted['lat']}"}).status_code == 302


def test_what_is_no_number_is_told_at_its_field(chief, pointless):
    page = chief.post(f"/premises/{pointless.pk}/point/", {"lon": "东经", "lat": "", "crs": "wgs84"})

    assert sorted(page.context["form"].errors) == ["lat", "lon"]
