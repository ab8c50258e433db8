from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from grids.models import Bureau
from gridsup import composition, jobs, tasks
from gridsup.errors import BadInput, DomainError, Overtaken
from gridsup.jobs import MOST_ATTEMPTS, MOST_TRIES, Step, claim, enqueue, run, run_inline, sweep
from gridsup.models import Job
from tests.factories import BureauFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
WORK = {"name": "sample", "period": "2026-11-22", "area_code": "05"}
STEPS: list[Step] = []


def plan(job: Job, now: datetime) -> list[Step]:
    """The job under test: whatever the test put into STEPS."""
    return list(STEPS)


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(composition.JOBS, "sample", f"{__name__}.plan")
    STEPS.clear()
    yield
    jobs.closing.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keys that went to the broker."""
    keys: list[int] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **options: keys.append(args[0]))
    return keys


def clock() -> datetime:
    return NOON


def step(code: str, **counts: int) -> Step:
    """A step that makes one bureau, once."""
    return Step(code, lambda: {"made": int(Bureau.objects.get_or_create(code=code, name=code)[1]), **counts})


def failing(label: str, error: Exception, times: int = 1_000) -> Step:
    """A step that writes and then falls over, the first `times` times."""
    left = iter(range(times))

    def act() -> dict[str, int]:
        BureauFactory(code="99")
        if next(left, None) is not None:
            raise error
        return {"made": 1}

    return Step(label, act)


def queued(**fields: object) -> Job:
    return Job.objects.create(**{**WORK, "queued_at": NOON, **fields})


def claimed() -> Job:
    job = claim(queued().pk, now=NOON)
    assert job is not None
    return job


def made() -> list[str]:
    return list(Bureau.objects.order_by("code").values_list("code", flat=True))


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


# --- run


def test_it_runs_every_step_and_adds_up_the_counts(db):
    STEPS.extend([step("01", read=2), step("02", read=3, odd=1)])

    job = run(claimed(), clock=clock)

    assert made() == ["01", "02"]
    assert job.counts == {"read": 5, "made": 2, "odd": 1}
    assert (job.state, job.steps_done, job.steps_total, job.error) == ("done", ["01", "02"], 2, "")
    assert (job.lease_until, job.finished_at, job.progress) == (None, NOON, (2, 2))


def test_a_job_without_steps_is_done(db):
    assert run(claimed(), clock=clock).state == "done"


def test_running_twice_changes_nothing(db):
    STEPS.extend([step("01"), step("02")])

    first, second = run(claimed(), clock=clock), run(claimed(), clock=clock)

    assert made() == ["01", "02"]
    assert (first.counts["made"], second.counts["made"]) == (2, 0)


def test_it_skips_the_steps_that_an_earlier_attempt_did_and_keeps_their_counts(db):
    STEPS.extend([step("01"), step("02")])
    job = queued(steps_done=["01"], counts={"made": 40, "read": 7}, attempts=1)

    run(claim(job.pk, now=NOON), clock=clock)

    job.refresh_from_db()
    assert made() == ["02"]
    assert job.counts == {"made": 41, "read": 7}
    assert (job.steps_done, job.state, job.attempts) == (["01", "02"], "done", 2)


def test_two_steps_of_one_label_are_an_error_of_the_recipe(db):
    STEPS.extend([step("01"), Step("01", dict)])

    job = run(claimed(), clock=clock)

    assert "two steps of one label" in job.error
    assert made() == []


def test_a_refusal_ends_the_job_with_its_sentence_and_without_the_effect_of_its_step(db):
    STEPS.extend([step("01"), failing("02", DomainError("There is no published plan."))])

    job = run(claimed(), clock=clock)

    assert (job.state, job.error, job.steps_done) == ("failed", "There is no published plan.", ["01"])
    assert made() == ["01"]
    assert job.finished_at == NOON


def test_a_job_that_the_program_no_longer_knows_ends_with_a_sentence(db, monkeypatch):
    job = claimed()
    monkeypatch.delitem(composition.JOBS, "sample")

    job = run(job, clock=clock)

    assert job.state == "failed"
    assert "“sample”" in job.error


def test_a_fall_goes_back_to_the_queue_and_the_next_attempt_ends_it(db):
    STEPS.extend([step("01"), failing("02", RuntimeError("cable"), times=1)])

    job = run(claimed(), clock=clock)
    assert (job.state, job.error, job.steps_done) == ("queued", "RuntimeError: cable", ["01"])
    assert made() == ["01"]

    job = run(claim(job.pk, now=NOON), clock=clock)
    assert (job.state, job.error, job.attempts) == ("done", "", 2)
    assert made() == ["01", "99"]


def test_after_too_many_falls_it_is_failed(db):
    STEPS.append(failing("01", RuntimeError("cable")))
    job = queued()

    states = [run(claim(job.pk, now=NOON), clock=clock).state for _ in range(MOST_ATTEMPTS)]

    assert states == ["queued"] * (MOST_ATTEMPTS - 1) + ["failed"]
    assert claim(job.pk, now=NOON) is None


def test_a_deadlock_is_tried_again_on_the_spot(db):
    STEPS.append(failing("01", OperationalError("deadlock detected"), times=MOST_TRIES - 1))

    job = run(claimed(), clock=clock)

    assert (job.state, job.attempts, job.counts) == ("done", 1, {"made": 1})
    assert made() == ["99"]


def test_a_database_that_stays_away_costs_an_attempt_and_not_the_job(db):
    STEPS.append(failing("01", OperationalError("locked")))

    assert run(claimed(), clock=clock).state == "queued"


def test_a_step_that_was_committed_although_the_connection_broke_is_not_counted_twice(db, monkeypatch):
    STEPS.append(step("01"))
    commit, broken = jobs._commit, iter([True])

    def commit_and_break(*args: object) -> None:
        commit(*args)
        if next(broken, False):
            raise OperationalError("server closed the connection")

    monkeypatch.setattr(jobs, "_commit", commit_and_break)

    assert run(claimed(), clock=clock).counts == {"made": 1}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_job_waits_for_the_next_worker_at_once(db, interruption):
    STEPS.extend([step("01"), Step("02", lambda: (_ for _ in ()).throw(interruption()))])
    job = claimed()

    with pytest.raises(interruption):
        run(job, clock=clock)

    job.refresh_from_db()
    assert (job.state, job.lease_until, job.steps_done) == ("queued", None, ["01"])


def test_a_process_about_to_end_gives_the_job_back_after_the_step_under_way(db):
    STEPS.extend([Step("01", lambda: jobs.closing.set() or {"made": 1}), step("02")])

    job = run(claimed(), clock=clock)

    assert (job.state, job.steps_done, job.counts) == ("queued", ["01"], {"made": 1})
    assert made() == []


# --- lease and fencing


def take_away(state: str) -> Step:
    """A step during which the job is swept, and with `running` also claimed by another worker."""

    def act() -> dict[str, int]:
        BureauFactory(code="88")
        sweep(now=NOON + timedelta(days=1))
        if state == "running":
            claim(Job.objects.get().pk, now=NOON + timedelta(days=1))
        return {"made": 1}

    return Step("taken", act)


# The sweep inside the step shares its transaction and is undone with it: what is asserted is the effect.
@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_step_that_outlives_its_lease_is_rolled_back_when_the_job_was_given_away(db, state):
    STEPS.extend([take_away(state), step("02")])

    job = run(claimed(), clock=clock)

    assert made() == []
    assert (job.steps_done, job.counts) == ([], {})


def test_a_worker_that_lost_its_job_changes_nothing_more_in_the_row(db):
    STEPS.append(step("01"))
    slow = claimed()
    later = NOON + timedelta(days=1)
    sweep(now=later)
    holder = claim(slow.pk, now=later)

    run(slow, clock=clock)

    assert made() == []
    holder.refresh_from_db()
    assert (holder.state, holder.attempts, holder.steps_done) == ("running", 2, [])


def test_a_worker_that_fell_over_after_losing_its_job_does_not_end_it(db):
    STEPS.append(Step("01", lambda: (_ for _ in ()).throw(DomainError("no"))))
    slow = claimed()
    sweep(now=NOON + timedelta(days=1))

    assert run(slow, clock=clock).state == "queued"


def test_a_step_that_outlives_its_lease_counts_while_nobody_else_took_the_job(db):
    STEPS.append(step("01"))

    job = run(claimed(), clock=lambda: NOON + timedelta(days=1))

    assert (job.state, made()) == ("done", ["01"])


def test_each_step_renews_the_lease(db, settings):
    settings.JOB_LEASE_SECONDS = 60
    leases: list[datetime] = []
    now = [NOON]

    def act() -> dict[str, int]:
        leases.append(Job.objects.get().lease_until)
        now[0] += timedelta(seconds=50)
        return {}

    STEPS.extend([Step("01", act), Step("02", act)])
    run(claimed(), clock=lambda: now[0])

    assert leases == [NOON + timedelta(seconds=60), NOON + timedelta(seconds=110)]


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


# --- at once


def at_once(*acts: object) -> list[object]:
    """Runs the acts in threads that start together, each with a connection of its own; returns results or errors."""
    start = Barrier(len(acts))

    def one(act: object) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.fixture
def two_connections(transactional_db) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("Needs a database that two connections can write at once: PostgreSQL, or SQLite in a file.")


def test_enqueued_by_many_at_once_it_is_one_row(two_connections, sent):
    results = at_once(*[lambda: enqueue(**WORK, now=NOON).pk] * 6)

    assert results == [Job.objects.get().pk] * 6
    assert sent == results[:1]


def test_claimed_by_many_at_once_it_has_one_holder(two_connections):
    job = queued()

    results = at_once(*[lambda: claim(job.pk, now=NOON)] * 6)

    assert sorted(result is not None for result in results) == [False] * 5 + [True]


def test_of_two_workers_that_block_each_other_both_come_to_their_end(two_connections):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: no deadlock to be had.")
    codes = [BureauFactory(code=code).code for code in ("01", "02")]
    meet = Barrier(2)

    def crosswise(order: list[str]) -> Step:
        def act() -> dict[str, int]:
            for code in order:
                Bureau.objects.filter(code=code).update(name=order[0])
                with suppress(BrokenBarrierError):
                    meet.wait(timeout=1)
            return {"changed": 2}

        return Step(order[0], act)

    def work(order: list[str], area_code: str) -> Job:
        job = claim(queued(area_code=area_code).pk, now=NOON)
        jobs._take(job, crosswise(order), clock)
        return job

    first, second = at_once(lambda: work(codes, "05"), lambda: work(codes[::-1], "06"))

    assert (first.steps_done, second.steps_done) == (["01"], ["02"])
    assert len(set(Bureau.objects.values_list("name", flat=True))) == 1
