from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from gridsup import composition, schedule, tasks
from gridsup.celery import app
from gridsup.jobs import claim, enqueue, run_inline
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.schedule import SCHEDULE, Daily, enqueue_due
from tests.factories import BureauFactory

DAWN = datetime(2026, 11, 22, 4, 15, tzinfo=timezone.get_default_timezone())
ENTRIES = (Daily("early", at="04:00"), Daily("late", at="04:30"))


@pytest.fixture(autouse=True)
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in (*ENTRIES, *SCHEDULE):
        monkeypatch.setitem(composition.JOBS, entry.job, f"{__name__}.nothing")


def nothing(job: Job, now: datetime) -> list[object]:
    return []


def rows() -> list[tuple[str, str, str]]:
    return list(Job.objects.order_by("pk").values_list("name", "period", "area_code"))


def test_each_entry_of_the_schedule_names_a_known_job_and_a_real_time():
    for entry in SCHEDULE:
        assert entry.job in composition.JOBS
        assert Period.parse(entry.period(date(2026, 2, 28)))
        assert timezone.localtime(entry.moment(date(2026, 2, 28))).strftime("%H:%M") == entry.at


def test_beat_fires_each_entry_at_its_time_and_the_sweeper_every_minute():
    beat = app.conf.beat_schedule

    for entry in SCHEDULE:
        fired = beat[f"{entry.job} at {entry.at}"]
        assert (fired["task"], fired["args"]) == ("gridsup.tasks.enqueue_scheduled", (entry.job,))
        assert f"{min(fired['schedule'].hour):02}:{min(fired['schedule'].minute):02}" == entry.at
    assert beat["sweep"]["schedule"] == 60
    assert {entry["task"] for entry in beat.values()} <= set(app.tasks)
    assert str(app.timezone) == "Asia/Shanghai"


def test_what_has_passed_today_is_queued_for_each_bureau_of_that_day(db):
    for code in ("05", "06"):
        BureauFactory(code=code)

    enqueue_due(now=DAWN, schedule=ENTRIES)

    assert rows() == [("early", "2026-11-22", "05"), ("early", "2026-11-22", "06")]
    assert all(Job.objects.values_list("scheduled", flat=True))


def test_the_day_is_that_of_shanghai(db):
    BureauFactory(code="05")

    enqueue_due(now=datetime(2026, 11, 21, 20, 30, tzinfo=timezone.get_fixed_timezone(0)), schedule=ENTRIES)

    assert rows() == [("early", "2026-11-22", "05"), ("late", "2026-11-22", "05")]


@pytest.mark.parametrize("state", ["queued", "done", "failed"])
def test_a_row_in_any_state_stands_for_the_run(db, state):
    BureauFactory(code="05")
    ended = {"finished_at": DAWN} if state != "queued" else {}
    Job.objects.create(name="early", period="2026-11-22", area_code="05", state=state, queued_at=DAWN, **ended)

    assert enqueue_due(now=DAWN, schedule=ENTRIES) == []


def test_a_run_by_hand_for_one_station_does_not_stand_for_the_bureau(db):
    BureauFactory(code="05")
    run_inline(name="early", period="2026-11-22", area_code="0501", now=DAWN)

    assert [job.area_code for job in enqueue_due(now=DAWN, schedule=ENTRIES)] == ["05"]


def test_two_firings_at_the_same_moment_make_one_row_even_when_the_first_has_ended(db, monkeypatch):
    BureauFactory(code="05")
    enqueue_due(now=DAWN, schedule=ENTRIES)
    first = Job.objects.get()
    claim(first.pk, now=DAWN)
    Job.objects.update(state="done", lease_until=None, finished_at=DAWN)

    # the second firing looked before the first had written
    assert enqueue(name="early", period="2026-11-22", area_code="05", now=DAWN, scheduled=True) == first
    assert len(rows()) == 1


def test_a_message_that_comes_before_its_hour_or_after_midnight_queues_nothing(db):
    BureauFactory(code="05")
    midnight = DAWN.replace(hour=0, minute=0)

    assert enqueue_due(now=midnight, schedule=ENTRIES) == []
    assert enqueue_due(now=DAWN, name="late", schedule=ENTRIES) == []
    assert [job.name for job in enqueue_due(now=DAWN + timedelta(minutes=15), name="late", schedule=ENTRIES)] == [
        "late"
    ]


def test_the_sweep_catches_up_what_was_missed_and_sends_it(db, monkeypatch, time_machine):
    BureauFactory(code="05")
    sent: list[int] = []
    monkeypatch.setattr(tasks.jobs, "send", lambda pk: sent.append(pk) or True)
    time_machine.move_to(DAWN.replace(hour=18), tick=False)

    tasks.sweep()
    tasks.sweep()

    assert [name for name, _period, _code in rows()] == [entry.job for entry in SCHEDULE]
    assert set(sent) == set(Job.objects.values_list("pk", flat=True))


def test_the_task_of_the_hour_queues_its_own_job_only(db, time_machine):
    BureauFactory(code="05")
    time_machine.move_to(DAWN.replace(hour=18), tick=False)

    tasks.enqueue_scheduled("generate_due_tasks")

    assert [name for name, _period, _code in rows()] == ["generate_due_tasks"]


def test_without_a_bureau_there_is_nothing_to_run(db):
    assert enqueue_due(now=DAWN, schedule=ENTRIES) == []


def test_areas_are_known_at_each_level(district):
    assert schedule.area_codes(2) == ["05", "06"]
    assert schedule.area_codes(4) == ["0501", "0502", "0601"]
    assert "050101" in schedule.area_codes(6)
