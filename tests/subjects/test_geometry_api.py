import pytest

from tests.api import api_as
from tests.factories import TODAY, CoverageFactory, FaultFactory

SQUARE = {"type": "Polygon", "coordinates": [[[109, 34], [110, 34], [110, 35], [109, 34]]]}


@pytest.fixture
def faults(district):
    return [
        FaultFactory(),
        FaultFactory(kind="overlap", area_code="050102", other_code="050201", square_metres=12.5, geometry=SQUARE),
        FaultFactory(kind="gap", area_code="0502", place="109 34", square_metres=99, mended_on=TODAY),
        FaultFactory(area_code="060101"),
    ]


def listed(officer, question=""):
    """Kind and area of each fault of the list."""
    rows = api_as(officer).get(f"/api/v1/geometry-faults/{question}").json()["results"]
    return sorted((row["kind"], row["area_code"]) for row in rows)


def test_the_office_sees_the_faults_of_its_bureau(district, faults):
    assert listed(district.district_office) == [("gap", "0502"), ("overlap", "050102"), ("undrawn", "050101")]
    assert listed(district.district_office, "?open=true&area=0502") == [("overlap", "050102")]


def test_an_overlap_is_seen_from_both_sides(district, faults):
    assert listed(district.chief, "?open=true") == [("overlap", "050102"), ("undrawn", "050101")]
    assert listed(district.far_chief, "?open=true") == [("overlap", "050102")]
    assert listed(district.outsider) == [("undrawn", "060101")]


def test_the_geometry_stands_on_the_faults_own_page(district, faults):
    client = api_as(district.chief)
    overlap = next(row for row in client.get("/api/v1/geometry-faults/").json()["results"] if row["other_code"])

    assert "geometry" not in overlap
    assert client.get(f"/api/v1/geometry-faults/{overlap['id']}/").json()["geometry"] == SQUARE
    assert api_as(district.outsider).get(f"/api/v1/geometry-faults/{overlap['id']}/").status_code == 404


def test_coverage_by_day_says_its_share(district):
    CoverageFactory()
    CoverageFactory(area_code="0502", ground=None, gaps=0)

    rows = api_as(district.district_office).get(f"/api/v1/coverage/?day={TODAY}").json()["results"]

    assert [(row["area_code"], row["percent"]) for row in rows] == [("05", 90.0), ("0502", None)]
    assert [row["area_code"] for row in api_as(district.far_chief).get("/api/v1/coverage/").json()["results"]] == [
        "0502"
    ]
