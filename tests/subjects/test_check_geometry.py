from datetime import date, timedelta

import pytest
import shapely
from django.db import IntegrityError, transaction

from gridsup.actions import request_job
from gridsup.errors import BadInput
from gridsup.jobs import run_inline
from subjects.geometry.actions import BATCH, keep, look
from subjects.geometry.points import NEAR_M
from subjects.models import Astray, Coverage, GeometryFault, Premises
from tests.drawing import SQUARE_M2, box, degrees, draw, draw_whole
from tests.factories import TODAY, PremisesFactory, noon

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def whole(district):
    draw_whole()
    return district


def check(on=TODAY):
    """Runs the job for bureau 05 on a day; its counts."""
    job = run_inline(name="check_geometry", period=on.isoformat(), area_code="05", now=noon(on), clock=lambda: noon(on))
    assert job.state == "done", job.error
    return job.counts


def open_faults():
    """Kind and area of each open fault."""
    return [(one.kind, one.area_code) for one in GeometryFault.objects.still_open()]


def premises(x, y, area="050101", **facts):
    """A premises in business at a point of the squared paper."""
    lon, lat = degrees(x, y)
    return PremisesFactory(area_code=area, lon=lon, lat=lat, **facts)


def test_a_whole_district_has_no_fault_and_full_coverage(whole):
    premises(0.5, 0.5)

    assert check()["made"] == 0
    coverage = Coverage.objects.get(area_code="05")
    assert (coverage.percent, coverage.faults, coverage.premises, coverage.day) == (100, 0, 1, TODAY)
    assert coverage.ground == pytest.approx(3 * SQUARE_M2, rel=1e-3)


def test_a_hole_lowers_the_coverage_by_its_share(whole):
    draw(g050102=box(1, 0, 2, 0.5))

    check()

    assert open_faults() == [("gap", "05")]
    assert Coverage.objects.get(area_code="05").percent == pytest.approx(100 * 5 / 6, abs=0.01)
    assert Coverage.objects.get(area_code="0501").percent is None  # it has no outline


def test_coverage_is_kept_by_day_and_a_second_run_of_the_day_replaces_the_first(whole):
    draw(g050102=None)
    check()
    draw_whole()
    check()
    draw(g050102=None)
    check(TOMORROW)

    rows = Coverage.objects.filter(area_code="05").order_by("day")
    assert [(row.day, round(row.percent)) for row in rows] == [(TODAY, 100), (TOMORROW, 67)]


def test_a_mended_fault_is_closed_and_stays(whole):
    draw(g050101=box(0, 0, 1.5, 1))
    check()
    draw_whole()

    assert check(TOMORROW)["changed"] == 1
    fault = GeometryFault.objects.get()
    assert (fault.kind, fault.since, fault.mended_on) == ("overlap", TODAY, TOMORROW)


def test_a_fault_that_stays_keeps_its_first_day_and_takes_its_new_size(whole):
    draw(g050101=box(0, 0, 1.5, 1))
    check()
    draw(g050101=box(0, 0, 1.25, 1))
    check(TOMORROW)

    fault = GeometryFault.objects.get()
    assert (fault.since, fault.checked_at, fault.is_open) == (TODAY, noon(TOMORROW), True)
    assert fault.square_metres == pytest.approx(SQUARE_M2 / 4, rel=1e-3)


def test_what_comes_back_is_a_new_fault(whole):
    for day, shape in enumerate([box(0, 0, 1.5, 1), box(0, 0, 1, 1), box(0, 0, 1.5, 1)]):
        draw(g050101=shape)
        check(TODAY + timedelta(days=day))

    assert [one.is_open for one in GeometryFault.objects.order_by("since")] == [False, True]


def test_a_hole_that_shrinks_is_the_same_and_one_elsewhere_is_another(whole):
    draw(g050102=box(1, 0, 2, 1) - box(1.2, 0.2, 1.4, 0.4))
    check()
    draw(g050102=box(1, 0, 2, 1) - box(1.3, 0.2, 1.4, 0.4) - box(1.7, 0.7, 1.8, 0.8))
    counts = check(TOMORROW)

    old, new = GeometryFault.objects.order_by("since")
    assert (counts["made"], counts["changed"]) == (1, 0)
    assert (old.since, new.since) == (TODAY, TOMORROW)
    assert old.square_metres == pytest.approx(0.02 * SQUARE_M2, rel=1e-3)


def test_a_second_run_changes_nothing(whole):
    draw(g050101=box(0, 0, 1.5, 1), g050201=None)
    premises(1.5, 0.9)
    check()
    before = list(GeometryFault.objects.values_list("pk", "kind", "place", "since", "count"))

    counts = check()

    assert (counts["made"], counts["changed"]) == (0, 0)
    assert list(GeometryFault.objects.values_list("pk", "kind", "place", "since", "count")) == before


def test_a_premises_outside_its_grid_is_counted_and_named(whole):
    premises(0.5, 0.5)
    far = premises(1.5, 0.5)
    check()

    fault = GeometryFault.objects.get()
    assert (fault.kind, fault.area_code, fault.count) == ("astray", "050101", 1)
    assert fault.geometry == {"type": "MultiPoint", "coordinates": [list(degrees(1.5, 0.5))]}
    assert list(Premises.objects.all().astray()) == [far]
    assert Astray.objects.get().metres == pytest.approx(0.5 * 923.6, rel=1e-3)


def test_a_point_across_the_street_is_not_outside(whole):
    across = (NEAR_M - 1) / 923.6
    premises(1 + across, 0.5)
    premises(1 + across + 2 / 923.6, 0.5)
    check()

    assert GeometryFault.objects.get().count == 1


def test_premises_without_grid_or_coordinates_are_counted_by_area(whole):
    for area in ("0501", "0501", "05", "050101"):
        PremisesFactory(area_code=area)
    premises(0.5, 0.5, area="0502")
    check()

    counts = {(one.kind, one.area_code): one.count for one in GeometryFault.objects.all()}
    assert counts == {
        ("unplaced", "0501"): 2, ("unplaced", "05"): 1, ("unplaced", "0502"): 1,
        ("pointless", "0501"): 2, ("pointless", "05"): 1, ("pointless", "050101"): 1,
    }  # fmt: skip


def test_who_left_business_is_no_fault(whole):
    for status in ("closed", "suspended", "missing"):
        PremisesFactory(area_code="0501", status=status)

    assert check()["read"] == 0


def test_a_premises_that_moved_into_its_grid_is_no_longer_outside(whole):
    lost = premises(1.5, 0.5)
    check()
    Premises.objects.filter(pk=lost.pk).update(area_code="050102", grid="050102")
    check(TOMORROW)

    assert not Astray.objects.exists()
    assert open_faults() == []


def test_more_premises_than_one_statement_takes(whole, monkeypatch):
    monkeypatch.setattr("subjects.geometry.actions.BATCH", 2)
    for _each in range(5):
        premises(1.5, 0.5)
    check()
    assert Astray.objects.count() == 5
    Premises.objects.update(area_code="050102", grid="050102")
    check(TOMORROW)

    assert not Astray.objects.exists()
    assert BATCH > 2


def test_what_was_drawn_anew_between_look_and_keeping_is_looked_at_again(whole):
    seen = look("05")
    draw(g050101=box(0, 0, 1.5, 1))

    keep(seen=seen, on=TODAY, now=noon(TODAY))

    assert open_faults() == [("overlap", "050101")]


def test_a_check_of_an_earlier_day_changes_nothing(whole):
    check(TOMORROW)
    draw(g050101=None)

    assert check(TODAY)["read"] == 0
    assert not GeometryFault.objects.exists()


def test_another_bureau_is_left_alone(whole):
    draw(b06=box(9, 9, 10, 10), g060101=None)

    check()

    assert open_faults() == []
    assert not Coverage.objects.filter(area_code="06").exists()


@pytest.mark.parametrize(("period", "area"), [("2026-11-22", "0501"), ("2026-11-21", "05"), ("2026-11-23", "05")])
def test_somebody_who_asks_gets_the_whole_bureau_today_or_a_sentence(whole, time_machine, period, area):
    time_machine.move_to(noon(TODAY))

    with pytest.raises(BadInput):
        request_job(name="check_geometry", period=period, area_code=area, by=whole.district_office, now=noon(TODAY))


def test_a_day_still_to_come_is_refused(whole):
    with pytest.raises(BadInput, match=TOMORROW.isoformat()):
        run_inline(name="check_geometry", period=TOMORROW.isoformat(), area_code="05", now=noon(TODAY))

    assert not Coverage.objects.exists()


def test_an_outline_that_crosses_itself_still_measures(whole):
    bow = shapely.Polygon([degrees(0, 0), degrees(3, 1), degrees(3, 0), degrees(0, 1)])
    draw(b05=bow)

    check()

    assert Coverage.objects.get(area_code="05").ground == pytest.approx(1.5 * SQUARE_M2, rel=1e-2)


class TestConstraints:
    """What the database refuses, and what it takes."""

    FACTS = {"area_code": "050101", "since": TODAY, "checked_at": noon(TODAY)}

    def refused(self, model, **facts):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**facts)

    def test_an_overlap_names_two_grids_and_nothing_else_does(self, district):
        self.refused(GeometryFault, kind="overlap", square_metres=9, **self.FACTS)
        self.refused(GeometryFault, kind="gap", square_metres=9, other_code="050102", **self.FACTS)
        assert GeometryFault.objects.create(kind="overlap", square_metres=9, other_code="050102", **self.FACTS)

    def test_a_fault_has_its_size(self, district):
        self.refused(GeometryFault, kind="gap", **self.FACTS)
        self.refused(GeometryFault, kind="astray", **self.FACTS)
        assert GeometryFault.objects.create(kind="undrawn", **self.FACTS)

    def test_a_fault_is_open_once(self, district):
        for day in (TODAY, None):
            GeometryFault.objects.create(kind="undrawn", mended_on=day, **self.FACTS)
        self.refused(GeometryFault, kind="undrawn", **self.FACTS)

    def test_nothing_is_mended_before_it_was_found(self, district):
        self.refused(GeometryFault, kind="undrawn", mended_on=date(2026, 1, 1), **self.FACTS)

    def test_coverage_is_once_a_day_and_never_negative(self, district):
        facts = {"area_code": "05", "day": TODAY, "checked_at": noon(TODAY)}
        Coverage.objects.create(**facts)
        self.refused(Coverage, **facts)
        self.refused(Coverage, **{**facts, "day": TOMORROW, "gaps": -1})
        self.refused(Coverage, **{**facts, "day": TOMORROW, "ground": -1})

    def test_a_premises_is_astray_once_and_by_some_way(self, district):
        lost = PremisesFactory()
        Astray.objects.create(premises=lost, metres=12.5)
        self.refused(Astray, premises=lost, metres=12.5)
        self.refused(Astray, premises=PremisesFactory(), metres=0)


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_as_many_statements_for_many(whole, count, django_assert_num_queries):
    for number in range(count):
        draw(**{f"g0502{number + 2:02}": None})
        premises(1.5, 0.5)
    seen = look("05")

    with django_assert_num_queries(12):
        keep(seen=seen, on=TODAY, now=noon(TODAY))

    assert GeometryFault.objects.count() == count + 1
