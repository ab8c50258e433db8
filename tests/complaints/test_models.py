"""What the database refuses, and what it lets through."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from complaints.models import Attachment, Clock, Complainant, Complaint, ComplaintEvent, NumberSeries, Rating
from complaints.models.complaint import MOVES_OF
from gridsup.states import targets
from tests.factories import TODAY, BureauFactory, ClockFactory, ComplaintFactory, TimeLimitFactory, noon


def assert_refused(act, name, *also):
    """The database refuses what the function writes, by the constraint of this name or, in SQLite, these columns."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert any(word in str(error.value) for word in (name, *also)), str(error.value)


def test_one_form_is_one_complaint(db):
    number = uuid4()
    ComplaintFactory(client_id=number)

    with pytest.raises(IntegrityError, match="client_id"):
        ComplaintFactory(client_id=number)


def test_many_complaints_came_without_a_form(db):
    ComplaintFactory.create_batch(2)

    assert Complaint.objects.filter(client_id=None).count() == 2


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"area_code": "050"}, "complaint_area_length"),
        ({"kind": "wish"}, "complaint_kind"),
        ({"state": "lost"}, "complaint_state"),
        ({"state": "closed", "closed_on": None}, "complaint_closed_iff_day"),
        ({"state": "told", "closed_on": TODAY}, "complaint_closed_iff_day"),
        ({"state": "refused", "refusal": ""}, "complaint_refused_has_ground"),
        ({"state": "linked", "linked_to": None}, "complaint_linked_has_other"),
    ],
)
def test_a_complaint_that_cannot_be(db, facts, name):
    assert_refused(lambda: ComplaintFactory(**facts), name)


@pytest.mark.parametrize(
    "facts",
    [
        {"area_code": "05"},
        {"area_code": "0501", "kind": "clue"},
        {"state": "closed"},
        {"state": "refused"},
        {"state": "linked", "kind": "report"},
        {"outside_number": ""},
    ],
)
def test_a_complaint_that_can_be(db, facts):
    assert ComplaintFactory(**facts).pk


def test_a_complaint_is_not_linked_to_itself(db):
    row = ComplaintFactory(kind="report")

    assert_refused(lambda: Complaint.objects.filter(pk=row.pk).update(linked_to=row), "complaint_not_linked_to_itself")
    assert Complaint.objects.filter(pk=row.pk).update(linked_to=ComplaintFactory(kind="report"))


def test_a_number_comes_once_and_an_outside_number_once_a_channel(db):
    row = ComplaintFactory(channel="12345", outside_number="A-1")

    assert_refused(lambda: ComplaintFactory(number=row.number), "number")
    assert_refused(
        lambda: ComplaintFactory(channel="12345", outside_number="A-1"), "complaint_outside_once", "outside_number"
    )
    assert ComplaintFactory(channel="12315", outside_number="A-1").pk
    assert ComplaintFactory.create_batch(2, channel="12345", outside_number="")


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"area_code": "1"}, "clock_area_length"),
        ({"kind": "sand"}, "clock_kind"),
        ({"rule": None}, "clock_has_rule"),
        ({"due_on": TODAY, "latest_on": TODAY.replace(day=1)}, "clock_days"),
        ({"met_on": TODAY, "stopped_on": TODAY}, "clock_one_end"),
        ({"escalated_on": TODAY}, "clock_escalated_to_somebody"),
        ({"escalated_to": "0501"}, "clock_escalated_to_somebody"),
    ],
)
def test_a_clock_that_cannot_be(db, facts, name):
    assert_refused(lambda: ClockFactory(**facts), name)


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "outside", "rule": None},
        {"met_on": TODAY},
        {"stopped_on": TODAY},
        {"paused_on": TODAY},
        {"escalated_on": TODAY, "escalated_to": "0501"},
    ],
)
def test_a_clock_that_can_be(db, facts):
    assert ClockFactory(**facts).pk


def test_of_each_kind_one_clock_runs_at_a_time(db):
    running = ClockFactory()
    same = {"complaint": running.complaint, "rule": running.rule}

    assert_refused(lambda: ClockFactory(**same), "clock_one_running", "kind")
    assert ClockFactory(**same, met_on=TODAY)
    assert ClockFactory(complaint=running.complaint, kind="verify", rule=TimeLimitFactory(key="verify"))
    Clock.objects.filter(pk=running.pk).update(stopped_on=TODAY)
    assert ClockFactory(**same)


@pytest.mark.parametrize("score", [0, 6])
def test_a_rating_outside_of_one_to_five_is_refused(db, score):
    facts = {"complaint": ComplaintFactory(), "area_code": "050101", "given_at": noon(TODAY), "given_on": TODAY}

    assert_refused(lambda: Rating.objects.create(score=score, **facts), "rating_one_to_five")


def test_a_rating_comes_once(db):
    facts = {"area_code": "050101", "score": 5, "given_at": noon(TODAY), "given_on": TODAY}
    row = ComplaintFactory()
    assert_refused(lambda: Rating.objects.create(complaint=row, **{**facts, "area_code": "5"}), "rating_area_length")

    Rating.objects.create(complaint=row, **facts)

    assert_refused(lambda: Rating.objects.create(complaint=row, **facts), "complaint")
    assert Rating.objects.create(complaint=ComplaintFactory(), **facts)


def test_a_complaint_has_one_complainant_and_each_picture_once(db):
    row = ComplaintFactory()
    Complainant.objects.create(complaint=row)
    Attachment.objects.create(complaint=row, file="one.jpg", sha256="a")

    assert_refused(lambda: Complainant.objects.create(complaint=row), "complaint")
    assert_refused(
        lambda: Attachment.objects.create(complaint=row, file="two.jpg", sha256="a"), "attachment_once", "sha256"
    )
    assert Attachment.objects.create(complaint=row, file="two.jpg", sha256="b")


def test_a_bureau_counts_each_year_once(db):
    bureau = BureauFactory()
    NumberSeries.objects.create(bureau=bureau, year=2026)

    assert_refused(lambda: NumberSeries.objects.create(bureau=bureau, year=2026), "numberseries_once", "year")
    assert NumberSeries.objects.create(bureau=bureau, year=2027)


def test_a_level_is_told_once_of_a_limit(db):
    row = ComplaintFactory()
    facts = {"complaint": row, "old": "accept", "new": "0501", "why": "2026-11-22", "at": noon(TODAY)}
    ComplaintEvent.objects.create(what="overdue", **facts)

    assert_refused(lambda: ComplaintEvent.objects.create(what="overdue", **facts), "complaint_told_once", "why")
    assert ComplaintEvent.objects.create(what="explain", **facts)
    assert ComplaintEvent.objects.create(what="overdue", **{**facts, "new": "05"})


def test_the_history_is_only_added_to(db):
    event = ComplaintEvent.objects.create(complaint=ComplaintFactory(), what="rate", at=noon(TODAY))

    for act in (event.save, event.delete, ComplaintEvent.objects.all().delete):
        with pytest.raises(TypeError):
            act()
    with pytest.raises(TypeError):
        ComplaintEvent.objects.update(why="")


@pytest.mark.parametrize("kind", MOVES_OF)
def test_every_state_of_a_table_is_known_and_is_reached_from_receipt(kind):
    reached, found = {"received"}, set()
    while reached != found:
        found = set(reached)
        reached |= {str(new) for old in found for new in targets(MOVES_OF[kind], old)}

    assert {state for move in MOVES_OF[kind] for state in move} == reached
    assert reached <= set(Complaint.State.values)
