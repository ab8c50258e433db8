from datetime import date

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from complaints.models import Clock, Complaint
from tests.factories import ClockFactory, ComplaintFactory, LocalityFactory


@pytest.fixture
def clocks(db):
    return [ClockFactory(complaint=ComplaintFactory(), due_on=date(2026, 10, 1), met_on=None) for _each in range(3)]


def test_rows_are_stored_as_they_stand_in_memory_and_no_others(clocks):
    for clock in clocks[:2]:
        clock.met_on, clock.explanation = date(2026, 9, 30), "说明，'引号'与%"

    assert Clock.objects.all().write_rows(clocks[:2], ["met_on", "explanation"]) == 2

    stored = list(Clock.objects.order_by("pk").values_list("met_on", "explanation"))
    assert stored == [(date(2026, 9, 30), "说明，'引号'与%")] * 2 + [(None, "")]


def test_a_column_that_is_empty_in_every_row_and_a_key_that_is_a_code_are_stored(clocks):
    place = LocalityFactory()
    complaint = clocks[0].complaint
    complaint.locality, complaint.closed_on, complaint.is_urgent = place, None, True

    Complaint.objects.all().write_rows([complaint], ["locality", "closed_on", "is_urgent"])

    complaint.refresh_from_db()
    assert (complaint.locality_id, complaint.closed_on, complaint.is_urgent) == (place.code, None, True)


def test_many_rows_take_few_statements(clocks, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("gridsup.setwise.MOST_PARAMETERS", 4)

    with django_assert_num_queries(2):
        assert Clock.objects.all().write_rows(clocks, ["met_on"]) == 3
    with django_assert_num_queries(0):
        assert Clock.objects.all().write_rows([], ["met_on"]) == 0


def test_a_text_that_is_too_long_is_refused_where_the_database_bounds_it_and_never_cut(clocks):
    complaint = clocks[0].complaint
    complaint.category = "长" * 41
    bounded = connection.vendor == "postgresql"

    try:
        with transaction.atomic():
            Complaint.objects.all().write_rows([complaint], ["category"])
    except DataError:
        assert bounded
    else:
        assert not bounded
        assert len(Complaint.objects.get(pk=complaint.pk).category) == 41


def test_the_database_still_refuses_nonsense(clocks):
    clocks[0].latest_on = date(2026, 9, 1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.all().write_rows(clocks[:1], ["latest_on"])
