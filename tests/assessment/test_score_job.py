from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from assessment import tasks
from assessment.actions import publish_scores, request_scores
from assessment.models import Scorecard, ScorecardEvent, ScoreLine
from gridsup.actions import request_job
from gridsup.errors import BadInput, NotAllowed
from gridsup.jobs import claim, enqueue, requeue_abandoned, run, run_inline
from gridsup.models import Job
from gridsup.schedule import Quarterly, enqueue_due
from tests.assessment import worked
from tests.assessment.worked import NOW, card, compute
from tests.factories import noon

Q3 = {"name": "score_period", "period": "2026Q3", "area_code": "05"}


@pytest.fixture
def placed(district):
    worked.load()
    worked.place()
    return district


def rows():
    """What the cards say; keys and moments left out."""
    said = ("area_code", "version", "state", "total", "grade", "rank", "cut_off", "digest")
    lines = ("card__area_code", "indicator", "numerator", "denominator", "points")
    return (
        list(Scorecard.objects.order_by("area_code", "version").values_list(*said)),
        list(ScoreLine.objects.order_by("card__area_code", "position").values_list(*lines)),
        ScorecardEvent.objects.count(),
    )


def test_the_job_does_what_the_action_does(placed):
    job = run_inline(**Q3, now=NOW)

    assert (job.state, job.counts) == ("done", {"read": 43, "made": 6, "changed": 0})
    by_job = rows()
    assert compute()["made"] == 0
    assert rows() == by_job


def test_facts_count_up_to_the_day_before_it_was_asked_for(placed):
    run_inline(**Q3, now=NOW)

    assert set(Scorecard.objects.values_list("cut_off", flat=True)) == {timezone.localdate(NOW) - timedelta(days=1)}


def test_a_job_that_waited_over_night_counts_by_the_day_it_was_asked_for(placed):
    job = enqueue(**Q3, now=NOW)
    run(claim(job.pk, now=NOW + timedelta(days=3)), clock=lambda: NOW + timedelta(days=3))

    assert card("05").cut_off == timezone.localdate(NOW) - timedelta(days=1)


def test_run_twice_it_changes_nothing(placed):
    run_inline(**Q3, now=NOW)
    before = rows()

    assert run_inline(**Q3, now=NOW).counts == {"read": 43, "made": 0, "changed": 0}
    assert rows() == before


def test_two_at_once_end_like_one(placed):
    """Both looked before either had written."""
    first, second = Job(**Q3, queued_at=NOW), Job(**Q3, queued_at=NOW)
    steps = [step for job in (first, second) for step in tasks.score_period(job, NOW)]
    for step in steps:
        step.prepare()

    assert [step.run()["made"] for step in steps] == [6, 0]
    assert Scorecard.objects.count() == 6


def test_killed_half_way_it_leaves_nothing_and_the_next_worker_ends_it(placed, monkeypatch):
    store = ScorecardEvent.objects.bulk_create
    monkeypatch.setattr(ScorecardEvent.objects, "bulk_create", killed)
    job = enqueue(**Q3, now=NOW)
    with pytest.raises(KeyboardInterrupt):
        run(claim(job.pk, now=NOW), clock=lambda: NOW)
    assert not Scorecard.objects.exists()

    monkeypatch.setattr(ScorecardEvent.objects, "bulk_create", store)
    requeue_abandoned(now=NOW + timedelta(days=1))
    run(claim(job.pk, now=NOW), clock=lambda: NOW)
    after = rows()
    compute()
    assert (Job.objects.get().state, len(after[0])) == ("done", 6)
    assert rows() == after


def killed(*args, **kwargs):
    raise KeyboardInterrupt


def test_published_between_look_and_write_it_makes_a_version_and_touches_nothing(placed):
    compute()
    worked.task("050201", late=0)
    step = next(iter(tasks.score_period(Job(**Q3, queued_at=NOW), NOW)))
    step.prepare()
    publish_scores(bureau="05", period="2026Q3", by=placed.district_office, now=NOW)
    published = list(Scorecard.objects.filter(state="published").values())

    assert step.run()["made"] == 3
    assert list(Scorecard.objects.filter(state="published").values()) == published


@pytest.mark.parametrize(
    ("period", "area", "field"),
    [("2026Q4", "05", "period"), ("2026-10", "05", "period"), ("2026H2", "05", "period"), ("2026", "05", "period"),
     ("2026-09-30", "05", "period"), ("2025Q4", "05", "period"), ("soon", "05", "period"), ("2026Q3", "0501", "area"),
     ("2026Q3", "77", "area")],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_when_it_is_asked_for(placed, time_machine, period, area, field):
    time_machine.move_to(NOW)
    for ask in (
        lambda: request_scores(bureau=area, period=period, by=placed.district_office, now=NOW),
        lambda: request_job(
            name="score_period", period=period, area_code=area, by=placed.by_duty["grid_office"], now=NOW
        ),
    ):
        with pytest.raises((BadInput, NotAllowed)) as refused:
            ask()
        assert area == "77" or refused.value.field == field
    assert not Job.objects.exists()


def test_a_period_is_not_over_on_its_last_day_and_over_on_the_next(placed, english):
    last = noon(worked.Q3.last)
    with pytest.raises(BadInput, match="not over: it ends on 2026-09-30"):
        request_scores(bureau="05", period="2026Q3", by=placed.district_office, now=last)

    job = request_scores(bureau="05", period="2026Q3", by=placed.district_office, now=last + timedelta(days=1))
    assert (job.name, job.period, job.area_code, job.by) == ("score_period", "2026Q3", "05", "district")


def test_asked_for_twice_it_is_one_job(placed):
    jobs = {request_scores(bureau="05", period="2026Q3", by=placed.district_office, now=NOW).pk for _time in range(2)}

    assert len(jobs) == 1


@pytest.mark.parametrize("duty", ["station_chief", "bureau_head", "city_office", "grid_lead", "system_admin"])
def test_who_may_not_score_is_refused(placed, duty):
    with pytest.raises(NotAllowed):
        request_scores(bureau="05", period="2026Q3", by=placed.by_duty[duty], now=NOW)


def test_run_by_hand_for_a_period_that_is_not_over_it_fails_with_a_sentence(placed, english):
    job = run_inline(name="score_period", period="2026Q4", area_code="05", now=NOW)

    assert (job.state, job.error) == (
        "failed", "“2026Q4” is not over: it ends on 2026-12-31. Ask for it on the day after or later.",
    )  # fmt: skip


def test_without_a_scheme_it_says_which_day_lacks_one(district, english):
    job = run_inline(**Q3, now=NOW)

    assert job.state == "failed"
    assert "no scheme of assessment on 2026-09-30" in job.error


def test_the_schedule_passes_over_a_bureau_without_a_scheme(district):
    job = enqueue(**Q3, now=NOW, scheduled=True)

    assert run(claim(job.pk, now=NOW), clock=lambda: NOW).state == "done"
    assert not Scorecard.objects.exists()


class TestTheSchedule:
    ENTRY = Quarterly("score_period", at="05:30")

    @pytest.mark.parametrize(
        ("on", "moment", "period"),
        [
            (date(2026, 10, 1), "2026-10-01 05:30", "2026Q3"),
            (date(2026, 12, 31), "2026-10-01 05:30", "2026Q3"),
            (date(2027, 1, 1), "2027-01-01 05:30", "2026Q4"),
        ],
    )
    def test_the_run_of_a_quarter_is_due_on_the_morning_after_it(self, on, moment, period):
        assert timezone.localtime(self.ENTRY.moment(on)).strftime("%Y-%m-%d %H:%M") == moment
        assert self.ENTRY.period(on) == period

    def test_beat_fires_on_the_first_of_four_months(self):
        fired = self.ENTRY.crontab()

        assert (fired.day_of_month, fired.month_of_year, fired.hour, fired.minute) == ({1}, {1, 4, 7, 10}, {5}, {30})

    def test_a_run_that_was_missed_is_caught_up_on_any_later_day_and_once(self, district):
        late = noon(date(2026, 11, 22))
        first = enqueue_due(now=late, schedule=[self.ENTRY])

        assert [(job.period, job.area_code) for job in first] == [("2026Q3", "05"), ("2026Q3", "06")]
        assert enqueue_due(now=late + timedelta(days=1), schedule=[self.ENTRY]) == []
        assert enqueue_due(now=noon(date(2027, 1, 1)), schedule=[self.ENTRY])[0].period == "2026Q4"

    def test_nothing_is_queued_before_its_hour(self, district):
        early = datetime(2026, 10, 1, 5, 29, tzinfo=timezone.get_default_timezone())
        enqueue_due(now=noon(date(2026, 9, 30)), schedule=[self.ENTRY])
        Job.objects.update(period="2026Q3")

        # the quarter before was taken care of; this one's hour has not come
        assert enqueue_due(now=early, schedule=[self.ENTRY]) == []
