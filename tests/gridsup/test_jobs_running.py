from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import OperationalError, connection

from grids.models import Bureau
from gridsup import composition, jobs
from gridsup.errors import DomainError
from gridsup.jobs import MOST_ATTEMPTS, MOST_TRIES, Step, claim, enqueue, run, sweep
from gridsup.models import Job
from tests.factories import BureauFactory
from tests.gridsup.sample import NOON, STEPS, WORK, claimed, clock, failing, made, queued, step
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("sample_job")


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


def test_what_a_step_prepares_is_prepared_anew_before_each_try_and_outside_of_its_transaction(transactional_db):
    inside: list[bool] = []
    flawed = failing("01", OperationalError("deadlock detected"), times=1)
    STEPS.append(Step("01", flawed.run, prepare=lambda: inside.append(connection.in_atomic_block)))

    job = run(claimed(), clock=clock)

    assert (job.state, inside) == ("done", [False, False])


def test_a_step_whose_job_went_to_another_worker_learns_it_before_it_does_what_cannot_be_undone(db):
    moved: list[str] = []

    def move() -> dict[str, int]:
        Job.objects.update(attempts=2)
        jobs.keep_hold(job)
        moved.append("file")
        return {}

    STEPS.append(Step("01", move))
    job = claimed()

    assert run(job, clock=clock).state == "running"
    assert moved == []


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


# --- at once


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


def test_a_job_works_with_room_and_gives_it_back(db):
    from django.db import connection

    from gridsup.database import SQLITE_CACHE_KIB, SQLITE_JOB_CACHE_KIB, room_to_work

    def cache():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size")
            return cursor.fetchone()[0]

    if connection.vendor != "sqlite":
        with room_to_work():
            assert connection.is_usable()
        return
    with room_to_work():
        assert cache() == SQLITE_JOB_CACHE_KIB
    assert cache() == SQLITE_CACHE_KIB
