"""What a change of areas took along comes back when the change is undone."""

from datetime import timedelta

import pytest

from complaints.models import Clock, Complaint, ComplaintEvent
from subjects.areas.effect import undo_change
from tests.factories import ClockFactory, ComplaintFactory
from tests.splitting import NOON, draw_station, in_effect, merge_draft, premises_at

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def paper(district):
    draw_station()


def undone(district, change):
    return undo_change(change=change, why="错了", by=district.district_office, now=NOON + DAY)


def areas(*complaints):
    return [Complaint.objects.values_list("area_code", flat=True).get(pk=row.pk) for row in complaints]


@pytest.mark.parametrize("later", [0, 1])
def test_complaints_without_a_premises_come_back_with_their_clocks(district, later):
    about = ComplaintFactory(area_code="050102", state="received")
    clock, own = ClockFactory(complaint=about), ComplaintFactory(area_code="050101")
    change = in_effect(district, merge_draft(district))
    assert areas(about) == ["050101"]
    undo_change(change=change, why="错了", by=district.district_office, now=NOON + later * DAY)

    assert areas(about, own) == ["050102", "050101"]
    assert Clock.objects.get(pk=clock.pk).area_code == "050102"
    told = [(event.old, event.new) for event in about.events.filter(what="area").order_by("pk")]
    assert told == [("050102", "050101"), ("050101", "050102")]


def test_one_with_a_premises_comes_back_with_it_once(district):
    shop = premises_at(2.5, area_code="050102")
    about = ComplaintFactory(premises=shop, area_code="050102")
    undone(district, in_effect(district, merge_draft(district)))

    assert (areas(about), about.events.filter(what="area").count()) == (["050102"], 2)


def test_one_that_was_sent_elsewhere_since_or_has_ended_stays(district):
    sent, back, over = (ComplaintFactory(area_code="050102", state="received") for _each in range(3))
    change = in_effect(district, merge_draft(district))
    Complaint.objects.filter(pk=sent.pk).update(area_code="0501")
    ComplaintEvent.objects.create(complaint=back, what="area", old="0501", new="050101", at=NOON + DAY / 2)
    Complaint.objects.filter(pk=over.pk).update(state="closed", closed_on=NOON.date())
    undone(district, change)

    assert areas(sent, back, over) == ["0501", "050101", "050101"]
