"""Several people, or workers, at the same moment; each with a connection of its own."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from complaints.actions import escalate_clocks, move, pause_clock, rate, register
from complaints.models import Clock, Complaint, ComplaintEvent, NumberSeries, Rating
from gridsup.errors import BadInput, Overtaken
from gridsup.parts import Part
from tests.factories import TODAY, ClockFactory, ComplaintFactory, noon
from tests.together import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("two_connections")]


def report(desk, **facts):
    """A function that takes in a report."""
    known = {"bureau": "05", "kind": "report", "channel": "phone", "text": "fake wine", "by": desk, "now": noon(TODAY)}
    return partial(register, **{**known, **facts})


def own(complaint):
    """The row as somebody else read it."""
    return Complaint.objects.get(pk=complaint.pk)


def test_numbers_have_no_gaps_and_none_comes_twice(law, desk):
    made = at_once(*[report(desk)] * 8)

    assert sorted(row.number for row in made) == [f"05-2026-{n:06}" for n in range(1, 9)]
    assert NumberSeries.objects.get().last == 8


def test_one_that_fails_leaves_no_gap(law, desk):
    made = at_once(*[report(desk), report(desk, text="x")] * 4)

    assert sum(isinstance(one, BadInput) for one in made) == 4
    assert sorted(Complaint.objects.values_list("number", flat=True)) == [f"05-2026-{n:06}" for n in range(1, 5)]


def test_one_form_sent_twice_is_one(law, desk):
    made = at_once(report(desk, client_id=uuid4()), *[report(desk, client_id=uuid4())] * 3)

    assert len({row.pk for row in made}) == 2
    assert NumberSeries.objects.get().last == 2


def test_the_same_outside_number_twice_names_the_first(law, desk):
    made = at_once(*[report(desk, channel="12345", outside_number="A-1")] * 4)

    stored = Complaint.objects.get()
    refused = [str(one) for one in made if isinstance(one, BadInput)]
    assert len(refused) == 3
    assert all(stored.number in sentence for sentence in refused)


def test_of_two_who_move_the_same_one_the_second_is_told(law, desk):
    complaint = report(desk)()
    one, other = own(complaint), own(complaint)

    results = at_once(
        partial(move, complaint=one, to="dispatched", by=desk, now=noon(TODAY), area_code="050101"),
        partial(move, complaint=other, to="transferred", by=desk, now=noon(TODAY), why="not ours"),
    )

    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert complaint.events.filter(what="state").count() == 2


def test_two_that_are_linked_to_each_other_become_no_circle(law, desk):
    one, other = report(desk)(), report(desk)()

    results = at_once(
        partial(move, complaint=own(one), to="linked", by=desk, now=noon(TODAY), linked_to=own(other)),
        partial(move, complaint=own(other), to="linked", by=desk, now=noon(TODAY), linked_to=own(one)),
    )

    assert sum(isinstance(result, BadInput) for result in results) == 1
    assert Complaint.objects.filter(state="linked").count() == 1


def test_of_two_who_pause_the_same_limit_the_second_is_told(district, law):
    clock = ClockFactory(kind="verify", rule=law["05", "verify"], due_on=TODAY + timedelta(days=9))
    act = partial(pause_clock, why="laboratory", by=district.lead, now=noon(TODAY))

    results = at_once(*[partial(act, clock=Clock.objects.get(pk=clock.pk)) for _person in range(2)])

    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert clock.complaint.events.filter(what="pause").count() == 1


def test_of_two_ratings_the_first_stays(district):
    complaint = ComplaintFactory(state="told")

    results = at_once(*[partial(rate, complaint=own(complaint), score=5, comment="", now=noon(TODAY))] * 2)

    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert Rating.objects.count() == complaint.events.count() == 1


def test_two_workers_that_escalate_at_once_tell_each_level_once(district, law):
    for _limit in range(5):
        ClockFactory(rule=law["05", "accept"], due_on=TODAY - timedelta(days=2))

    results = at_once(*[partial(escalate_clocks, part=Part.area("05"), on=TODAY, days=3, now=noon(TODAY))] * 2)

    assert sorted(result["changed"] for result in results) == [0, 5]
    assert set(Clock.objects.values_list("escalated_to", flat=True)) == {"0501"}
    assert ComplaintEvent.objects.filter(what="overdue").count() == 5


def test_what_is_met_while_it_is_escalated_is_told_or_met_and_never_half(district, law):
    clocks = [ClockFactory(rule=law["05", "accept"], due_on=TODAY - timedelta(days=2)) for _limit in range(4)]

    at_once(
        partial(escalate_clocks, part=Part.area("05"), on=TODAY, days=3, now=noon(TODAY)),
        lambda: Clock.objects.filter(pk=clocks[0].pk, met_on=None).update(met_on=TODAY),
    )

    told = set(ComplaintEvent.objects.filter(what="overdue").values_list("complaint", flat=True))
    assert told == set(Clock.objects.exclude(escalated_to="").values_list("complaint", flat=True))
