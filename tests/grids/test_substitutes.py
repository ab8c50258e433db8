from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.actions import call_off_posting, end_posting, post_officer, stand_in
from grids.models import Grid, Officer, Posting
from grids.substitutes import candidates
from gridsup.errors import BadInput, NotAllowed, WrongState
from tests.certified import certified
from tests.factories import OfficerFactory, PostingFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 29)


@pytest.fixture(autouse=True)
def able(district):
    """Who may stand in for a lead holds a certificate."""
    certified(district.neighbour_lead)
    certified(district.nobody)


@pytest.fixture
def post(district):
    return district.lead.postings.get()


@pytest.fixture
def substitute(district, post):
    """The lead of the next grid stands in for the lead of 050101."""
    return stand_in(
        posting=post, officer=district.neighbour_lead, from_day=FIRST, to_day=LAST, by=district.chief, now=NOON
    )


def names(postings):
    return {posting.officer.username for posting in postings}


@pytest.mark.parametrize(
    ("day", "grids"),
    [
        (date(2026, 11, 19), {"050102"}),
        (FIRST, {"050101", "050102"}),
        (LAST, {"050101", "050102"}),
        (date(2026, 11, 30), {"050102"}),
    ],
)
def test_a_substitute_sees_exactly_the_rows_of_the_area_on_these_days(district, substitute, monkeypatch, day, grids):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *given: day)

    person = Officer.objects.get(pk=district.neighbour_lead.pk)

    assert {grid.code for grid in Grid.objects.visible_to(person)} == grids
    assert person.may("handle", "050101") == ("050101" in grids)


def test_both_are_named_as_responsible_and_the_substitute_alone_is_there(district, substitute):
    held = Posting.objects.held_on("050101", FIRST)

    assert names(held) == {"lead", "manager", "neighbour"}
    assert names(held.present_on(FIRST)) == {"manager", "neighbour"}
    assert names(held.absent_on(FIRST)) == {"lead"}
    assert names(Posting.objects.answering_for("050101", FIRST)) == {"lead", "manager", "neighbour", "chief", "head"}
    assert names(Posting.objects.held_on("050101", date(2026, 11, 30))) == {"lead", "manager"}


def test_a_post_knows_who_stands_in_for_it_on_a_day(substitute, post, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = {row.pk: row for row in Posting.objects.held_on("050101", FIRST).with_leave(FIRST)}

    assert [one.officer.username for one in found[post.pk].standing_in] == ["neighbour"]
    assert found[substitute.pk].stands_in_for.officer.username == "lead"
    assert not Posting.objects.with_leave(date(2026, 11, 30)).get(pk=post.pk).standing_in


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to_day": date(2026, 11, 19)}, "to_day"),
        ({"from_day": date(2019, 1, 1)}, "from_day"),
        ({"officer": "lead"}, "officer"),
        ({"officer": "closed"}, "officer"),
        ({"posting": "retired"}, "area_code"),
    ],
)
def test_what_cannot_be_a_substitution_is_refused(district, post, change, field):
    OfficerFactory(username="closed", is_active=False)
    if change.pop("posting", ""):
        Grid.objects.filter(code="050101").update(state=Grid.State.RETIRED)
    if "officer" in change:
        change["officer"] = Officer.objects.get(username=change["officer"])
    facts = {"posting": post, "officer": district.nobody, "from_day": FIRST, "to_day": LAST, "now": NOON}

    with pytest.raises(BadInput) as refusal:
        stand_in(**facts | change)

    assert refusal.value.field == field
    assert not Posting.objects.substitutions().exists()


def test_one_stands_in_at_a_time_and_nobody_for_a_substitute(district, post, substitute):
    facts = {"officer": district.nobody, "now": NOON}

    with pytest.raises(BadInput, match="2026-11-29"):
        stand_in(posting=post, from_day=LAST, to_day=date(2026, 12, 5), **facts)
    with pytest.raises(BadInput):
        stand_in(posting=substitute, from_day=FIRST, to_day=LAST, **facts)
    assert stand_in(posting=post, from_day=date(2026, 11, 30), to_day=date(2026, 12, 5), **facts).pk


def test_who_holds_the_same_post_does_not_stand_in_for_another_holder(district):
    PostingFactory(officer=district.nobody, duty="manager", area_code="050101")

    with pytest.raises(BadInput):
        stand_in(
            posting=district.manager.postings.get(), officer=district.nobody, from_day=FIRST, to_day=LAST, now=NOON
        )


def test_a_stranger_gives_no_substitute(district, post):
    for stranger in (district.lead, district.far_chief, district.outsider):
        with pytest.raises(NotAllowed):
            stand_in(posting=post, officer=district.nobody, from_day=FIRST, to_day=LAST, by=stranger, now=NOON)


def test_a_substitute_is_no_second_head_but_a_second_head_stays_one(district, post, substitute):
    with pytest.raises(BadInput, match="lead"):
        post_officer(
            officer=district.nobody, duty="grid_lead", area_code="050101", from_day=FIRST, to_day=LAST, now=NOON
        )


def test_leave_that_ends_early_ends_the_post_of_the_substitute_early(district, substitute):
    end_posting(posting=substitute, on=date(2026, 11, 24), by=district.chief, now=NOON)

    assert names(Posting.objects.held_on("050101", date(2026, 11, 25))) == {"lead", "manager"}
    event = substitute.events.get(what="ended")
    assert (event.old, event.new) == ("2026-11-29", "2026-11-24")


def test_a_post_that_is_over_is_not_ended_again(district, substitute):
    later = datetime(2026, 12, 5, 12, tzinfo=timezone.get_default_timezone())

    with pytest.raises(WrongState):
        end_posting(posting=substitute, on=date(2026, 12, 4), now=later)


def test_the_end_of_a_post_ends_or_calls_off_its_substitutions(district, post, substitute):
    later = stand_in(
        posting=post, officer=district.nobody, from_day=date(2026, 12, 1), to_day=date(2026, 12, 9), now=NOON
    )

    end_posting(posting=post, on=date(2026, 11, 25), by=district.chief, now=NOON)

    substitute.refresh_from_db()
    later.refresh_from_db()
    assert (substitute.to_day, later.called_off) == (date(2026, 11, 25), True)
    assert not Posting.objects.held_on("050101", date(2026, 12, 2)).filter(duty="grid_lead").exists()
    assert post_officer(
        officer=district.nobody, duty="grid_lead", area_code="050101", from_day=date(2026, 11, 26), now=NOON
    ).pk


def test_a_stand_in_who_has_begun_is_never_said_not_to_have_been_there(district, post):
    today = NOON.date()
    substitute = stand_in(posting=post, officer=district.nobody, from_day=today, to_day=LAST, now=NOON)

    with pytest.raises(BadInput, match="2026-11-22") as refusal:
        end_posting(posting=post, on=date(2026, 11, 21), by=district.chief, now=NOON)
    assert refusal.value.field == "to_day"
    assert post.to_day is None
    end_posting(posting=post, on=today, by=district.chief, now=NOON)

    substitute.refresh_from_db()
    assert (substitute.to_day, substitute.called_off) == (today, False)


def test_somebody_stands_in_for_a_year_at_most(district, post):
    facts = {"posting": post, "officer": district.nobody, "from_day": FIRST, "now": NOON}

    with pytest.raises(BadInput, match="2027-11-20") as refusal:
        stand_in(**facts, to_day=date(2027, 11, 21))

    assert refusal.value.field == "to_day"
    assert stand_in(**facts, to_day=date(2027, 11, 20)).pk


@pytest.mark.parametrize(
    "facts",
    [
        {"certificate_valid_to": LAST - timedelta(days=1)},
        {"certificate_from": FIRST + timedelta(days=1)},
        {"certificate_no": "", "certificate_valid_to": None},
        {"password": "!nobody knows it"},
    ],
)
def test_who_cannot_do_the_duty_on_these_days_does_not_stand_in(district, post, facts):
    Officer.objects.filter(pk=district.nobody.pk).update(**facts)
    somebody = Officer.objects.get(pk=district.nobody.pk)

    with pytest.raises(BadInput) as refusal:
        stand_in(posting=post, officer=somebody, from_day=FIRST, to_day=LAST, now=NOON)

    assert refusal.value.field == "officer"


def test_who_only_watches_stands_in_for_nobody_of_the_business(district, post):
    district.supervisor.certificate_valid_to = date(2030, 1, 1)
    for held in (post, district.chief.postings.get()):
        with pytest.raises(BadInput) as refusal:
            stand_in(posting=held, officer=district.supervisor, from_day=FIRST, to_day=LAST, now=NOON)
        assert refusal.value.field == "officer"


def test_the_list_offers_only_who_can_stand_in(district, post):
    Officer.objects.update(certificate_no="S", certificate_valid_to=date(2030, 1, 1))
    OfficerFactory(username="shut", password="!", bureau=district.bureau)
    Officer.objects.filter(pk=district.neighbour_lead.pk).update(certificate_valid_to=date(2026, 11, 1))

    offered = {person.username for person in candidates(post, district.chief, NOON.date())}

    assert "manager" in offered
    assert offered.isdisjoint({"lead", "chief", "supervisor", "informant", "shut", "neighbour"})


class TestOfLeaveHereAndThere:
    """Nobody is on leave and stands in elsewhere on one day."""

    @pytest.fixture
    def leave(self, district, post, substitute):
        """The lead is on leave until 29 November; the lead of the next grid stands in."""
        return substitute

    def stand(self, district, **facts):
        next_door = district.neighbour_lead.postings.get(stands_in_for=None)
        given = {"posting": next_door, "officer": district.lead, "from_day": date(2026, 12, 1)}
        return stand_in(**given | {"to_day": date(2026, 12, 9), "now": NOON} | facts)

    def test_who_is_on_leave_does_not_stand_in_elsewhere(self, district, leave, english):
        with pytest.raises(BadInput, match="lead is on leave from 2026-11-20 to 2026-11-29, and neighbour") as refusal:
            self.stand(district, posting=district.manager.postings.get(), from_day=LAST)

        assert refusal.value.field == "officer"
        assert self.stand(district, posting=district.manager.postings.get(), from_day=LAST + timedelta(days=1)).pk

    def test_leave_that_was_called_off_or_is_over_hinders_nobody(self, district, leave):
        end_posting(posting=leave, on=date(2026, 11, 24), now=NOON)

        assert self.stand(district, from_day=date(2026, 11, 25)).pk

    def test_who_stands_in_elsewhere_does_not_go_on_leave_then(self, district, leave, english):
        sentence = "neighbour stands in for lead in 050101 from 2026-11-20 to 2026-11-29"
        with pytest.raises(BadInput, match=sentence) as refusal:
            self.stand(district, officer=district.nobody, from_day=LAST)

        assert refusal.value.field == "from_day"
        assert self.stand(district, officer=district.nobody, from_day=LAST + timedelta(days=1)).pk

    def test_the_list_offers_nobody_who_is_on_leave_on_these_days(self, district, leave):
        post = district.manager.postings.get()

        def offered(*days):
            return {person.username for person in candidates(post, district.chief, *days)}

        assert "lead" not in offered(LAST)
        assert "lead" not in offered(date(2026, 11, 1), FIRST)
        assert "lead" in offered(LAST + timedelta(days=1))


def test_a_post_that_was_called_off_holds_on_no_day_and_hinders_nobody(district, post):
    to_come = stand_in(
        posting=post, officer=district.nobody, from_day=date(2026, 12, 1), to_day=date(2026, 12, 9), now=NOON
    )

    call_off_posting(posting=to_come, by=district.chief, now=NOON, why="leave not taken")

    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 9)):
        assert not Posting.objects.on(day).filter(pk=to_come.pk).exists()
    assert stand_in(
        posting=post, officer=district.nobody, from_day=date(2026, 11, 30), to_day=date(2026, 12, 9), now=NOON
    ).pk
    assert to_come.events.get(what="called_off").why == "leave not taken"


def test_a_post_that_has_begun_is_not_called_off(district, post, substitute):
    for one in (post, substitute):
        with pytest.raises(WrongState):
            call_off_posting(posting=one, now=NOON)
    with pytest.raises(NotAllowed):
        call_off_posting(posting=post, by=district.far_chief, now=NOON)


# what the database itself refuses, and what it lets through


@pytest.mark.parametrize(
    "facts",
    [
        {"to_day": None},
        {"to_day": date(2026, 11, 19)},
        {"called_off": True},
        {"itself": True},
    ],
)
def test_the_database_refuses_a_substitution_that_cannot_be(substitute, facts):
    if facts.pop("itself", False):
        facts = {"stands_in_for": substitute}

    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(pk=substitute.pk).update(**facts)


def test_the_database_lets_a_substitution_and_a_called_off_post_be(substitute):
    rows = Posting.objects.filter(pk=substitute.pk)

    assert rows.update(to_day=FIRST) == 1
    assert rows.update(called_off=True, to_day=date(2026, 11, 19)) == 1
