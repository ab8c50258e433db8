from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from gridsup import composition, jobs, tasks
from gridsup.errors import BadInput, Overtaken
from gridsup.jobs import MOST_ATTEMPTS, Step, claim, enqueue, run, run_inline, sweep
from gridsup.models import Job
from tests.gridsup.sample import NOON, STEPS, WORK, claimed, clock, made, queued, step

pytestmark = pytest.mark.usefixtures("sample_job")


# --- enqueue


def test_a_job_is_queued_once_while_it_is_active_and_sent_after_commit(db, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = enqueue(**WORK, now=NOON, by="district")
        again = enqueue(**WORK, now=NOON)
        assert sent == []

    assert first == again == Job.objects.get()
    assert (first.state, first.by, first.queued_at) == ("queued", "district", NOON)
    assert sent == [first.pk]


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_second_enqueue_meets_the_active_row_and_not_a_copy(db, state):
    job = queued() if state == "queued" else claimed()

    assert enqueue(**WORK, now=NOON) == job
    assert Job.objects.count() == 1


def test_an_ended_job_may_be_queued_again(db):
    job = run(claimed(), clock=clock)

    assert enqueue(**WORK, now=NOON) != job


def test_an_ended_job_of_the_schedule_is_not_scheduled_again(db):
    first = enqueue(**WORK, now=NOON, scheduled=True)
    run(claim(first.pk, now=NOON), clock=clock)

    assert enqueue(**WORK, now=NOON, scheduled=True) == first
    assert enqueue(**WORK, now=NOON) != first


def test_it_refuses_the_same_work_with_other_arguments(db):
    enqueue(**WORK, now=NOON, arguments={"file": "a.xlsx"})

    assert enqueue(**WORK, now=NOON, arguments={"file": "a.xlsx"})
    with pytest.raises(Overtaken, match="sample 2026-11-22 05"):
        enqueue(**WORK, now=NOON, arguments={"file": "b.xlsx"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "nonsense"), ("period", "soon"), ("area_code", "5"), ("area_code", ""), ("area_code", "０５")],
)
def test_it_refuses_work_that_does_not_exist(db, field, value):
    with pytest.raises(BadInput) as refused:
        enqueue(**{**WORK, field: value}, now=NOON)

    assert refused.value.field == field
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", [*composition.JOBS, "sample"])
def test_nothing_is_done_for_a_period_to_come_but_the_letters_of_a_year(db, sent, name, english):
    work = {"name": name, "area_code": "05", "now": NOON}
    if name in composition.JOBS_AHEAD:
        assert enqueue(**work, period="2027").period == "2027"
        return
    for ask in (enqueue, run_inline):
        for period in ("2026-11-23", "9999-12-31", "2026-12", "2027"):
            with pytest.raises(BadInput, match=r"still to come.*2026-11-22 or earlier|outside the years") as refused:
                ask(**work, period=period)
            assert refused.value.field == "period"
    assert (Job.objects.count(), sent) == (0, [])


def test_the_day_that_has_begun_in_shanghai_is_no_day_to_come(db):
    just_after_midnight = datetime(2026, 11, 22, 16, 1, tzinfo=UTC)

    assert enqueue(**{**WORK, "period": "2026-11-23"}, now=just_after_midnight)


def test_a_row_that_ends_between_the_two_looks_is_made_anew(db, monkeypatch):
    other = claimed()
    look = Job.objects.filter

    def look_late(*conditions: object, **key: object) -> object:
        monkeypatch.undo()
        Job.objects.filter(pk=other.pk).update(state="done", lease_until=None, finished_at=NOON)
        return look(*conditions, **key)

    monkeypatch.setattr(Job.objects, "filter", look_late)

    assert jobs._row(**WORK, now=NOON, arguments={}) == (Job.objects.latest("pk"), True)
    assert Job.objects.count() == 2


def test_a_job_of_a_rolled_back_transaction_is_never_sent(transactional_db, sent):
    with transaction.atomic():
        enqueue(**WORK, now=NOON)
        transaction.set_rollback(True)

    assert sent == []
    assert not Job.objects.exists()


def test_whatever_the_broker_does_the_row_is_kept(transactional_db, monkeypatch, caplog):
    def refuse(*args: object, **options: object) -> None:
        raise RuntimeError("a broker gone mad")

    monkeypatch.setattr(tasks.run_job, "apply_async", refuse)

    job = enqueue(**WORK, now=NOON)

    assert sweep(now=NOON) == [job.pk]
    assert "a broker gone mad" in caplog.text


# --- claim


def test_a_claim_sets_the_lease_and_counts_the_attempt(db, settings):
    settings.JOB_LEASE_SECONDS = 90

    job = claimed()

    assert (job.state, job.attempts, job.started_at) == ("running", 1, NOON)
    assert job.lease_until == NOON + timedelta(seconds=90)


def test_of_two_claims_one_wins(db):
    job = queued()

    assert [claim(job.pk, now=NOON) is not None for _ in range(2)] == [True, False]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_an_ended_job_is_not_claimed(db, state):
    assert claim(queued(state=state, finished_at=NOON).pk, now=NOON) is None


def test_the_start_is_that_of_the_first_attempt(db):
    job = claimed()
    later = NOON + timedelta(hours=1)
    sweep(now=later)

    assert claim(job.pk, now=later).started_at == NOON


# --- sweep


def test_the_sweep_gives_an_abandoned_job_back_and_leaves_a_live_one(db, settings):
    live, waiting = claimed(), queued(area_code="06")
    at_the_end = live.lease_until

    assert sweep(now=at_the_end) == [waiting.pk]
    assert sweep(now=at_the_end + timedelta(seconds=1)) == [live.pk, waiting.pk]
    live.refresh_from_db()
    assert (live.state, live.lease_until, live.attempts) == ("queued", None, 1)


def test_the_sweep_ends_a_job_whose_worker_died_every_time(db):
    job = queued()
    later = NOON + timedelta(days=1)
    for _ in range(MOST_ATTEMPTS):
        assert claim(job.pk, now=NOON)
        sweep(now=later)

    job.refresh_from_db()
    assert (job.state, job.finished_at, job.lease_until) == ("failed", later, None)
    assert str(MOST_ATTEMPTS) in job.error
    assert sweep(now=later) == []


def test_counts_and_steps_survive_the_death_of_a_worker(db):
    STEPS.extend([step("01"), Step("02", lambda: (_ for _ in ()).throw(MemoryError()))])
    job = run(claimed(), clock=clock)
    STEPS[1] = step("02")

    assert run(claim(job.pk, now=NOON), clock=clock).counts == {"made": 2}


def test_the_sweep_task_sends_what_waits_until_the_broker_is_away(db, monkeypatch):
    waiting = [queued(area_code=code).pk for code in ("05", "06", "07")]
    sent: list[int] = []
    monkeypatch.setattr(jobs, "send", lambda pk: sent.append(pk) or len(sent) < 2)

    tasks.sweep()

    assert sent == waiting[:2]


def test_a_message_runs_its_job_once(db):
    STEPS.append(step("01"))
    job = queued()

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)
    tasks.run_job(job.pk + 1)

    job.refresh_from_db()
    assert (job.state, job.attempts, made()) == ("done", 1, ["01"])


# --- inline


def test_inline_it_runs_here_and_now(db, sent):
    STEPS.append(step("01"))

    job = run_inline(**WORK, now=NOON, clock=clock)

    assert (job.state, job.counts, sent) == ("done", {"made": 1}, [])


def test_inline_it_takes_over_a_job_that_waits(db):
    waiting = queued()

    assert run_inline(**WORK, now=NOON, clock=clock) == waiting


def test_inline_it_refuses_while_a_worker_is_at_it_and_takes_over_when_the_lease_ran_out(db):
    job = claimed()

    with pytest.raises(Overtaken):
        run_inline(**WORK, now=job.lease_until, clock=clock)

    assert run_inline(**WORK, now=job.lease_until + timedelta(seconds=1), clock=clock).attempts == 2


# --- the row


def test_progress_and_duration_say_nothing_before_there_is_something(db):
    job = queued()

    assert (job.progress, job.duration) == ((0, 0), None)
    job.started_at, job.steps_total, job.steps_done = NOON, 4, ["01"]
    assert (job.progress, job.duration) == ((1, 4), None)
    job.finished_at = NOON + timedelta(seconds=3)
    assert job.duration == timedelta(seconds=3)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "nonsense"},
        {"state": "running", "started_at": NOON},
        {"state": "running", "lease_until": NOON},
        {"state": "queued", "lease_until": NOON},
        {"state": "done"},
        {"state": "queued", "finished_at": NOON},
    ],
)
def test_the_database_refuses_a_row_that_contradicts_itself(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        queued(**fields)


@pytest.mark.parametrize("state", ["queued", "running"])
def test_the_database_refuses_a_second_active_row(db, state):
    queued()
    running = {"lease_until": NOON, "started_at": NOON} if state == "running" else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        queued(state=state, **running)


def test_a_station_chief_sees_the_jobs_of_the_own_station(district):
    own, _other = queued(area_code="0501"), queued(area_code="0502")

    assert list(Job.objects.visible_to(district.chief)) == [own]
    assert not Job.objects.visible_to(district.lead).exists()
