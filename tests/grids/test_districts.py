import json
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from grids.actions import give_localities, load_district
from grids.districts import SHIPPED, read_district
from grids.models import Bureau, Grid, Locality, Posting, Station
from gridsup.errors import BadInput
from tests.factories import TODAY, GridFactory, noon

NOON = noon(TODAY)


def loaded(*arguments):
    out = StringIO()
    call_command("load_district", *arguments, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SHIPPED / "baqiao", tmp_path / "elsewhere")


def edit(folder, name, old, new):
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_the_shipped_district_has_six_stations_and_all_its_places(db):
    assert loaded() == {"bureau": "05", "read": 229, "made": 229, "changed": 0}

    bureau = Bureau.objects.get(code="05")
    assert (bureau.name, bureau.district_code) == ("灞桥区市场监督管理局", "610111")
    assert Station.objects.get(code="0501").name == "纺织城市场监督管理所"
    assert [station.code for station in Station.objects.all()] == [f"05{number:02}" for number in range(1, 7)]
    assert Locality.objects.filter(kind="street").count() == 9
    assert Locality.objects.exclude(kind="street").count() == 213
    assert Locality.objects.get(code="610111008000").area_code == "0505"
    assert bureau.outline["type"] == "MultiPolygon"


def test_loading_again_changes_nothing(db):
    loaded()

    assert loaded() == {"bureau": "05", "read": 229, "made": 0, "changed": 0}


def test_a_changed_file_changes_its_rows_and_keeps_the_grids(db, folder):
    loaded(str(folder))
    grid = GridFactory(code="050201")
    give_localities(grid=grid, codes=["610111004000"], now=NOON)
    edit(folder, "streets.csv", "席王街道", "席王新街道")

    assert loaded(str(folder))["changed"] == 1
    street = Locality.objects.get(code="610111004000")
    assert (street.name, street.area_code) == ("席王新街道", "050201")


def test_a_street_given_to_another_station_leaves_its_grid(db, folder):
    loaded(str(folder))
    give_localities(grid=GridFactory(code="050502"), codes=["610111009000"], now=NOON)
    edit(folder, "district.json", ', "610111009"]', "]")
    edit(folder, "district.json", '["610111006"', '["610111006", "610111009"')

    loaded(str(folder))

    street = Locality.objects.get(code="610111009000")
    assert (street.area_code, street.grid) == ("0506", None)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("district.json", ('"05"', '"5"'), "2"),
        ("district.json", ('"0506"', '"0606"'), "0606"),
        ("district.json", ('"0506"', '"0505"'), "0505"),
        ("district.json", ('["610111006"]', '["610111009"]'), "610111009"),
        ("district.json", ('["610111006"]', "[]"), "610111006"),
        ("district.json", ("{", ""), "JSON"),
        ("district.json", ("wgs84", "utm"), "crs"),
        ("district.json", ("outline.geojson", "no.geojson"), "no.geojson"),
        ("streets.csv", ("name", "nom"), "name"),
        ("streets.csv", ("610111002000", "610111001000"), "610111001000"),
        ("streets.csv", ("610111002000", "61011100200"), "610111002"),
        ("places.csv", ("向阳坊社区居委会", ""), "places.csv:2"),
        ("places.csv", ("610111001002,", "610111001001,"), "places.csv:3"),
        ("places.csv", (",610111001,", ",610111099,"), "610111099"),
        ("outline.geojson", ("MultiPolygon", "MultiPoint"), "GeoJSON"),
    ],
)
def test_a_folder_that_does_not_hold_together_is_refused_whole(db, folder, name, change, sentence):
    edit(folder, name, *change)

    with pytest.raises(CommandError, match=sentence):
        loaded(str(folder))

    assert not Bureau.objects.exists()


def test_an_unknown_folder_names_the_shipped_ones(db):
    with pytest.raises(BadInput, match="baqiao"):
        read_district("atlantis")


def test_a_file_in_another_encoding_is_refused(db, folder):
    path = folder / "streets.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    with pytest.raises(BadInput, match="UTF-8"):
        read_district(folder)


def test_a_district_without_an_outline_is_loaded(db, folder):
    edit(folder, "district.json", '"outline": "outline.geojson",', "")

    load_district(district=read_district(folder))

    assert Bureau.objects.get(code="05").outline is None


@pytest.mark.parametrize(("crs", "east", "north"), [("gcj02", 0.0047, -0.0016), ("bd09", 0.0112, 0.0044)])
def test_an_outline_in_shifted_coordinates_is_converted(db, folder, crs, east, north):
    before = read_district(folder).outline["coordinates"][0][0][0]
    edit(folder, "district.json", '"wgs84"', f'"{crs}"')

    after = read_district(folder).outline["coordinates"][0][0][0]

    assert before[0] - after[0] == pytest.approx(east, abs=0.0005)  # some 430 m west, or a kilometre
    assert before[1] - after[1] == pytest.approx(north, abs=0.0005)


def test_an_officer_is_posted_from_the_command_line(district):
    out = StringIO()
    call_command("post_officer", "nobody", "manager", "050102", "--from", "2026-01-01", stdout=out)

    posting = Posting.objects.get(officer=district.nobody)
    assert json.loads(out.getvalue())["posting"] == posting.pk
    assert str(posting.from_day) == "2026-01-01"


@pytest.mark.parametrize(
    "arguments", [("stranger", "manager", "050102"), ("nobody", "grid_lead", "050101"), ("nobody", "manager", "0501")]
)
def test_the_command_line_says_why_it_posts_nobody(district, arguments):
    with pytest.raises(CommandError):
        call_command("post_officer", *arguments)

    assert not Posting.objects.filter(officer=district.nobody).exists()
    assert Grid.objects.exists()


def test_a_station_has_an_outline_where_the_folder_names_one(db, folder):
    edit(folder, "district.json", '{"code": "0501",', '{"code": "0501", "outline": "outline.geojson",')
    loaded(str(folder))

    assert read_district(folder).station_outlines.keys() == {"0501"}
    assert Station.objects.get(code="0501").outline == Bureau.objects.get(code="05").outline
    assert Station.objects.get(code="0502").outline is None


def test_loading_a_folder_that_names_no_outline_leaves_the_stations_alone(db):
    loaded()
    Station.objects.filter(code="0501").update(outline={"type": "Polygon"}, outline_synthetic=True)

    assert loaded()["changed"] == 0
    assert Station.objects.get(code="0501").outline_synthetic
