from datetime import timedelta

import pytest

from complaints.actions import escalate_clocks
from complaints.models import Clock, ComplaintEvent
from gridsup.jobs import run_inline
from gridsup.models import Job
from gridsup.parts import Part
from inspections.models import Finding
from subjects.actions import load_preset
from tests.factories import TODAY, BureauFactory, ClockFactory, ComplaintFactory, FindingFactory, TimeLimitFactory, noon

DAY = timedelta(days=1)
EVERY = 3  # days until it goes up once more, by the preset


@pytest.fixture
def bureau(db):
    load_preset(bureau=BureauFactory().code, name="FR", on=TODAY - 90 * DAY, now=noon(TODAY))


def escalated(day=TODAY, **counts):
    """Runs the job for a day; its counts."""
    job = run_inline(
        name="escalate_overdue", period=day.isoformat(), area_code="05", now=noon(day), clock=lambda: noon(day)
    )
    assert job.state == Job.State.DONE, job.error
    return job.counts


def late(days=1, area="050101", **facts):
    """A limit that was over so many days ago."""
    return ClockFactory(
        complaint=ComplaintFactory(area_code=area), rule=TimeLimitFactory(), due_on=TODAY - days * DAY, **facts
    )


def told(clock):
    """Where the clock went, and what the history says."""
    clock.refresh_from_db()
    events = clock.complaint.events.filter(what="overdue").order_by("pk")
    return clock.escalated_to, clock.escalated_on, [(event.old, event.new, event.why) for event in events]


def test_what_is_over_goes_one_level_up(bureau):
    clock = late()

    assert escalated() == {"read": 1, "changed": 1}

    assert told(clock) == ("0501", TODAY, [("accept", "0501", str(clock.latest_on))])
    event = clock.complaint.events.get()
    assert (event.by, event.at) == (None, noon(TODAY))


@pytest.mark.parametrize(
    "facts",
    [{"met_on": TODAY}, {"stopped_on": TODAY}, {"paused_on": TODAY - DAY}, {"latest_on": TODAY}, {"days": 0}],
)
def test_what_is_not_over_stays(bureau, facts):
    clock = late(**facts)

    assert escalated() == {"read": 0, "changed": 0}
    assert told(clock) == ("", None, [])


@pytest.mark.parametrize(("area", "levels"), [("050101", ["0501", "05"]), ("0501", ["05"]), ("05", ["05"])])
def test_it_goes_on_after_the_policys_days_up_to_the_bureau(bureau, area, levels):
    clock = late(area=area)

    for day in range(4 * EVERY):
        escalated(TODAY + day * DAY)

    _to, last, events = told(clock)
    assert [new for _old, new, _why in events] == levels
    assert last == TODAY + (len(levels) - 1) * EVERY * DAY


def test_running_twice_changes_nothing(bureau):
    clock = late()
    escalated()
    before = told(clock)

    assert escalated() == {"read": 1, "changed": 0}

    assert told(clock) == before


def test_a_run_that_was_cut_off_is_done_by_the_next(bureau, monkeypatch):
    clock = late()

    def cut(*_args, **_columns):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("complaints.querysets.ClockQuerySet.insert_into", cut)
        with pytest.raises(KeyboardInterrupt):
            escalated()
    assert told(clock) == ("", None, [])

    assert escalated()["changed"] == 1
    assert len(told(clock)[2]) == 1


def test_one_that_came_later_on_the_same_day_is_told_and_the_others_not_again(bureau):
    first = late()
    escalated()
    second = late()

    assert escalated()["changed"] == 1

    assert [len(told(clock)[2]) for clock in (first, second)] == [1, 1]


def test_a_run_for_a_day_that_is_over_says_nothing_new(bureau):
    clock = late(days=9)
    escalated()

    assert escalated(TODAY - 4 * DAY) == {"read": 1, "changed": 0}
    assert told(clock)[:2] == ("0501", TODAY)


def test_each_limit_of_a_complaint_goes_up_by_itself(bureau):
    complaint = ComplaintFactory()
    for kind, area in (("verify", "050101"), ("outside", "050101")):
        rule = TimeLimitFactory(key="verify") if kind == "verify" else None
        ClockFactory(complaint=complaint, kind=kind, area_code=area, rule=rule, due_on=TODAY - DAY)

    escalated()

    assert set(ComplaintEvent.objects.values_list("old", "new")) == {("verify", "0501"), ("outside", "0501")}


def test_another_bureau_is_left_alone(bureau):
    clock = late(area="060101")

    assert escalated()["changed"] == 0
    assert told(clock)[0] == ""


def test_findings_that_were_not_put_right_go_up_in_the_same_run(bureau):
    finding = FindingFactory(visit__visited_on=TODAY - 30 * DAY)

    assert escalated()["changed"] == 1
    assert Finding.objects.get(pk=finding.pk).state == "escalated"


def test_a_bureau_without_a_policy_is_told(db):
    late()

    job = run_inline(name="escalate_overdue", period=TODAY.isoformat(), area_code="05", now=noon(TODAY))

    assert (job.state, bool(job.error)) == (Job.State.FAILED, True)


def test_a_figure_of_no_days_still_tells_one_level_a_day(bureau):
    clock = late()
    for _run in range(2):
        escalate_clocks(part=Part.area("05"), on=TODAY, days=0, now=noon(TODAY))

    assert told(clock)[0] == "0501"


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_as_many_statements_for_many(bureau, count, django_assert_num_queries):
    for _one in range(count):
        late()

    with django_assert_num_queries(5):  # with the savepoint around the two that write
        escalate_clocks(part=Part.area("05"), on=TODAY, days=EVERY, now=noon(TODAY))

    assert Clock.objects.filter(escalated_to="0501").count() == count
