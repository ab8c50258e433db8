"""Where premises are put by their points, in both coordinate systems."""

import json

import pytest
from django.core.management import call_command

from grids.models import Grid
from gridsup.coordinates import to_bd09, to_gcj02
from gridsup.errors import BadInput
from subjects.importing.placing import Localities
from subjects.models import Placement, Premises
from tests.factories import LocalityFactory
from tests.ledgers import as_csv, shop


def box(west, south, east, north):
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@pytest.fixture
def mapped(ledger):
    """Two grids of a kilometre or so side by side, and an outline around them."""
    for code, west in (("050101", 109.06), ("050102", 109.07)):
        Grid.objects.filter(code=code).update(boundary=box(west, 34.26, west + 0.01, 34.28))
    ledger.bureau.outline = box(109.06, 34.26, 109.08, 34.28)
    ledger.bureau.save(update_fields=["outline"])
    return ledger


def unplaced(number, lon, lat, **facts):
    return shop(number, **{"grid_code": "", "lon": repr(lon), "lat": repr(lat), **facts})


def areas():
    return list(Premises.objects.order_by("pk").values_list("area_code", flat=True))


def test_a_point_in_wgs_84_finds_its_grid(take, mapped):
    outcome = take([unplaced(1, 109.065, 34.27), unplaced(2, 109.075, 34.27), unplaced(3, 109.2, 34.4)])

    assert areas() == ["050101", "050102", "05"]
    assert (outcome.placed, outcome.not_placed) == (2, 1)


@pytest.mark.parametrize(("turn", "crs"), [(to_gcj02, "gcj02"), (to_bd09, "bd09")])
def test_a_shifted_point_finds_the_same_grid_and_is_kept_in_wgs_84(take, mapped, turn, crs):
    lon, lat = turn([109.0695, 109.0705], [34.27, 34.27])
    take([unplaced(number, float(x), float(y)) for number, (x, y) in enumerate(zip(lon, lat, strict=True))], crs=crs)

    assert areas() == ["050101", "050102"]
    assert list(Premises.objects.order_by("pk").values_list("lon", "lat")) == [(109.0695, 34.27), (109.0705, 34.27)]


def test_the_grid_code_goes_before_the_point_and_the_point_before_its_own_station(take, mapped):
    rows = [unplaced(number, 109.065, 34.27) for number in (1, 2)]
    rows[0]["grid_code"], rows[1]["grid_code"] = "050201", "0501"

    outcome = take(rows)

    assert areas() == ["050201", "050101"]
    assert [(fault.row, fault.reason) for fault in outcome.warnings] == [
        (2, "The point lies in grid 050101, the grid code says 050201; the code counts.")
    ]


def test_a_point_in_a_grid_of_another_station_leaves_the_row_at_the_station_that_is_named(take, mapped):
    outcome = take([unplaced(1, 109.065, 34.27, grid_code="0502")])

    assert areas() == ["0502"]
    assert outcome.unplaced == [(2, "第1小吃店", "0502")]
    assert outcome.warnings[0].reason == (
        "The point lies in grid 050101, which is not of station 0502; left at the station."
    )


def test_points_that_go_with_nothing_are_warned_of_and_the_rest_is_not(take, mapped):
    Grid.objects.filter(code="050101").update(boundary=box(109.06, 34.26, 109.07, 34.27))
    rows = [
        unplaced(1, 109.065, 34.265),
        unplaced(2, 109.2, 34.4),
        unplaced(3, 109.065, 34.275),
        unplaced(4, 109.065, 34.275, grid_code="050101"),
        unplaced(5, 109.065, 34.275, grid_code="050201"),  # a grid that nobody has drawn
        unplaced(6, 109.2, 34.4, uscc="wrong"),
    ]

    outcome = take(rows)

    assert [(fault.row, fault.reason) for fault in outcome.warnings] == [
        (3, "The point lies outside the bureau's outline."),
        (4, "The point lies in no grid."),
        (5, "The point lies outside grid 050101; the code counts."),
    ]
    assert (outcome.warned, outcome.refused, outcome.not_placed) == (3, 1, 2)


def test_the_command_lists_the_first_rows_that_are_not_placed_or_warned_of(mapped, tmp_path, capsys):
    path = as_csv(tmp_path / "ledger.csv", [unplaced(number, 109.2, 34.4) for number in range(1, 24)])

    call_command("import_subjects", str(path), "--bureau", "05", "--today", "2026-11-22")

    out, told = capsys.readouterr()
    assert (json.loads(out)["not_placed"], json.loads(out)["warned"]) == (23, 23)
    assert "not placed: row 2: 第1小吃店, left at 05\n" in told
    assert "row 21: 第20小吃店" in told
    assert "row 22: 第21小吃店" not in told
    assert "not placed: and 3 more" in told
    assert "warning: row 2: 经度: The point lies outside the bureau's outline." in told
    assert "warning: and 3 more" in told


@pytest.mark.parametrize(("turn", "crs", "east"), [(to_gcj02, "gcj02", 109.0795), (to_bd09, "bd09", 109.0765)])
def test_most_points_outside_the_bureau_in_the_system_that_was_said_is_refused(take, mapped, turn, crs, east):
    lon, lat = turn([east] * 3, [34.2605] * 3)  # the shift carries them out to the east
    rows = [unplaced(number, float(x), float(y)) for number, (x, y) in enumerate(zip(lon, lat, strict=True))]

    with pytest.raises(BadInput, match=rf"100 % of the points lie outside the bureau.*Say --crs {crs}"):
        take(rows)

    assert not Premises.objects.exists()
    assert take(rows, crs=crs).placed == 3


def test_a_move_by_hand_is_not_undone_by_a_point_that_has_not_moved(take, mapped):
    take([unplaced(1, 109.065, 34.27)])
    Premises.objects.update(area_code="050201", grid="050201")

    assert take([unplaced(1, 109.065, 34.27)]).unchanged == 1
    assert areas() == ["050201"]


def test_a_point_that_moved_moves_the_premises(take, mapped):
    take([unplaced(1, 109.065, 34.27)])

    take([unplaced(1, 109.075, 34.27)])

    assert areas() == ["050102"]
    assert Placement.objects.get().area_code == "050102"


def test_an_unplaced_premises_is_placed_once_the_grid_is_drawn(take, mapped):
    boundary = Grid.objects.get(code="050101").boundary
    Grid.objects.filter(code="050101").update(boundary=None)
    take([unplaced(1, 109.065, 34.27, address="")])
    Grid.objects.filter(code="050101").update(boundary=boundary)

    assert take([unplaced(1, 109.065, 34.27, address="")]).changed == 1
    assert areas() == ["050101"]


def test_another_name_for_the_system_is_refused(take):
    with pytest.raises(BadInput, match="wgs84, gcj02 or bd09"):
        take([shop(1)], crs="utm")


@pytest.fixture
def village_of_its_street(ledger):
    """A street with a village of the same name, a community of it and one in the name of a zone; another street."""
    street = LocalityFactory(code="610111002000", name="十里铺街道")
    other = LocalityFactory(code="610111004000", name="席王街道")
    for number, name in enumerate(
        (
            "十里铺社区居委会",
            "浐灞生态区龙湖蓝湾社区居民委员会",
            "浐灞生态区十里铺北路社区居民委员会",
            "张家坡社区居民委员会",
        )
    ):
        LocalityFactory(code=f"61011100200{number + 1}", name=name, kind="community", street=street)
    LocalityFactory(code="610111002202", name="张家坡村委会", kind="village", street=street)
    LocalityFactory(code="610111002204", name="高楼村委会", kind="village", street=street)
    LocalityFactory(code="610111002210", name="十里铺村委会", kind="village", street=street)
    LocalityFactory(code="610111002232", name="王村委会", kind="village", street=street)
    LocalityFactory(code="610111004201", name="高楼村委会", kind="village", street=other)
    return Localities("05")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("西安市灞桥区十里铺街道十里铺社区160号", "610111002001"),
        ("西安市灞桥区十里铺街道龙湖蓝湾社区135号", "610111002002"),
        ("西安市灞桥区十里铺街道浐灞生态区龙湖蓝湾社区135号", "610111002002"),
        ("龙湖蓝湾社区135号", "610111002002"),
        ("西安市灞桥区十里铺街道十里铺北路社区8号", "610111002003"),
        ("西安市灞桥区十里铺街道十里铺村12号", "610111002210"),
        ("西安市灞桥区十里铺街道十里铺村委会旁", "610111002210"),
        ("西安市灞桥区十里铺街办十里铺12号", "610111002210"),
        ("西安市灞桥区十里铺街道办事处对面", "610111002000"),
        ("西安市灞桥区十里铺街道华清路7号", "610111002000"),
        ("西安市灞桥区十里铺北路7号", ""),
        ("灞桥区十里铺街道高楼村3号", "610111002204"),
        ("灞桥区席王街道高楼村3号", "610111004201"),
        ("灞桥区高楼村3号", ""),
        ("灞桥区十里铺街道王村3号", "610111002232"),
        ("灞桥区十里铺街道小王村3号", "610111002000"),
        ("灞桥区王村3号", ""),
        ("灞桥区十里铺街道张家坡村3号", "610111002202"),
        ("灞桥区十里铺街道张家坡社区3号", "610111002004"),
        ("灞桥区十里铺街道张家坡3号", "610111002202"),
        ("灞桥区十里铺街道十里铺村与高楼村之间", "610111002210"),
        ("灞桥区十里铺街道十里铺社区与张家坡社区之间", "610111002000"),
    ],
)
def test_the_place_named_beside_the_street_counts_and_none_where_several_are_meant(
    village_of_its_street, address, place
):
    assert village_of_its_street.of(address) == place
