from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from assessment.actions import request_report
from assessment.models import Report
from grids.models import Station
from gridsup.actions import request_job
from gridsup.errors import BadInput, NotAllowed
from gridsup.jobs import claim, run, run_inline
from gridsup.models import Job
from tests.assessment.reported import queued
from tests.assessment.worked import NOW
from tests.factories import noon
from tests.together import at_once


def ask(by, area="05", period="2026Q3", now=NOW):
    return request_report(area=area, period=period, by=by, now=now)


@pytest.mark.parametrize("area", ["05", "0501", "0502"])
def test_a_report_is_asked_for_with_its_job(placed, area):
    report = ask(placed.district_office, area)

    assert (report.area_code, report.period, report.version, report.built_at) == (area, "2026Q3", 1, None)
    job = report.job
    assert (job.name, job.area_code, job.period, job.state, job.by) == (
        "build_report", area, "2026Q3", "queued", "district",
    )  # fmt: skip


def test_asked_twice_while_under_way_it_is_the_one_under_way(placed):
    first = ask(placed.district_office)

    assert ask(placed.head, now=NOW + timedelta(minutes=1)) == first
    assert (Report.objects.count(), Job.objects.count()) == (1, 1)


def test_asked_again_later_it_is_a_new_version_and_the_old_one_stays(placed):
    first = ask(placed.chief, "0501")
    run(claim(first.job_id, now=NOW), clock=lambda: NOW)

    second = ask(placed.chief, "0501", now=NOW + timedelta(days=1))

    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.built_at


def test_a_version_that_came_to_nothing_is_taken_up_under_its_number(placed):
    first = ask(placed.chief, "0501")
    Job.objects.update(state="failed", finished_at=NOW, error="The disk is full.")

    again = ask(placed.chief, "0501", now=NOW + timedelta(days=1))

    assert (again.pk, again.version) == (first.pk, 1)
    assert again.job_id != first.job_id
    assert again.job.state == "queued"


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2026Q4", "not over"),
        ("2026-10", "not over"),
        ("2027-01", "not over"),
        ("2026", "2026-11 or 2026Q4"),
        ("2026H1", "2026-11 or 2026Q4"),
        ("2026-08-10", "2026-11 or 2026Q4"),
        ("2026-13", "not in the calendar"),
        ("", "no period"),
        ("=cmd", "no period"),
        ("2025Q3", "Nothing is on record for 05"),
        ("1949Q1", "Nothing is on record for 05"),
    ],
)
def test_a_period_of_which_there_is_no_report_gets_a_sentence(placed, english, period, sentence):
    with pytest.raises(BadInput, match=sentence) as refused:
        ask(placed.district_office, period=period)

    assert refused.value.field == "period"
    assert not Job.objects.exists()


def test_an_area_without_data_is_called_by_its_name(placed, english):
    with pytest.raises(BadInput, match=f"Nothing is on record for 0501 {Station.objects.get(code='0501').name} in"):
        ask(placed.chief, "0501", "2025Q3")


def test_the_last_day_of_a_period_is_not_over(placed, english):
    with pytest.raises(BadInput, match="not over"):
        ask(placed.district_office, now=noon(date(2026, 9, 30)))

    assert ask(placed.district_office, now=noon(date(2026, 10, 1)))


@pytest.mark.parametrize("area", ["050101", "0599", "0501x"])
def test_only_a_bureau_or_a_station_has_reports(placed, english, area):
    with pytest.raises(BadInput, match="bureau or a station") as refused:
        ask(placed.district_office, area)

    assert refused.value.field == "area"


def test_data_of_another_area_is_none_here(placed, english):
    with pytest.raises(BadInput, match="0502"):
        ask(placed.far_chief, "0502", "2026-07")
    assert ask(placed.chief, "0501", "2026-07")


@pytest.mark.parametrize(("who", "area"), [("chief", "05"), ("chief", "0502"), ("lead", "0501"), ("outsider", "05")])
def test_only_who_may_build_reports_there_asks_for_one(placed, who, area):
    with pytest.raises(NotAllowed):
        ask(getattr(placed, who), area)


def test_two_who_ask_at_once_get_the_same(placed, transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("PostgreSQL only: SQLite in memory has one connection.")
    found = at_once(lambda: ask(placed.district_office), lambda: ask(placed.head))

    assert {type(each) for each in found} == {Report}
    assert len({each.pk for each in found}) == 1
    assert (Report.objects.count(), Job.objects.count()) == (1, 1)


def test_a_job_that_was_queued_by_hand_gets_its_report_when_somebody_asks(placed):
    job = queued()

    assert ask(placed.district_office).job == job


@pytest.mark.parametrize(("area", "period", "field"), [("050101", "2026Q3", "area"), ("05", "2025-01", "period")])
def test_the_general_door_for_jobs_refuses_the_same(placed, area, period, field):
    with pytest.raises(BadInput) as refused:
        request_job(name="build_report", period=period, area_code=area, by=placed.district_office, now=NOW)

    assert refused.value.field == field


def test_a_job_of_a_grid_ends_with_the_sentence(placed, english):
    job = run_inline(name="build_report", period="2026Q3", area_code="050101", now=NOW)

    assert job.state == "failed"
    assert "bureau or a station" in job.error
    assert not Report.objects.exists()


def test_an_enquiry_is_rolled_back_whole(placed):
    with transaction.atomic():
        ask(placed.district_office)
        transaction.set_rollback(True)

    assert connection.in_atomic_block
    assert not Job.objects.exists()
