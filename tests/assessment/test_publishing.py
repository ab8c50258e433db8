from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from assessment.actions import publish_scores, scores
from assessment.models import Scorecard, ScorecardEvent, ScoreLine
from assessment.models.scorecard import SCORECARD_MOVES
from assessment.scoring import fingerprint_of, is_intact
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.states import advance
from tests.assessment import worked
from tests.assessment.worked import NOW, card, compute

State = Scorecard.State
PAIRS = list(product(State.values, State.values))


@pytest.fixture
def scored(district):
    worked.load()
    worked.task("050101", late=0)
    worked.task("050201", late=3)
    compute()
    return district


def publish(district, **facts):
    return publish_scores(**{"bureau": "05", "period": "2026Q3", "by": district.district_office, "now": NOW, **facts})


def states():
    return set(Scorecard.objects.values_list("state", flat=True))


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_pair_of_states_is_a_move_of_the_table_or_refused(scored, old, new):
    row = card("0501")
    moment = None if old == State.COMPUTED else NOW
    Scorecard.objects.filter(pk=row.pk).update(state=old, published_at=moment)
    row.refresh_from_db()
    given = {"published_at": NOW} if new != State.SUPERSEDED else {}
    facts = {"moves": SCORECARD_MOVES, "event": ScorecardEvent, "owner": "card", "now": NOW, "why": "x", **given}

    if (old, new) in SCORECARD_MOVES:
        advance(row, new, by=scored.district_office, **facts)
        assert row.state == new
    else:
        with pytest.raises(WrongState):
            advance(row, new, by=scored.district_office, **facts)
        assert Scorecard.objects.get(pk=row.pk).state == old


@pytest.mark.parametrize("duty", ["station_chief", "bureau_head", "city_office", "system_admin", "grid_lead"])
def test_only_the_grid_office_publishes(scored, duty):
    with pytest.raises(NotAllowed):
        publish(scored, by=scored.by_duty[duty])
    with pytest.raises(NotAllowed):
        publish(scored, by=scored.outsider)
    assert states() == {"computed"}


def test_all_cards_of_the_period_are_published_at_once_each_with_its_event(scored):
    worked.load("06")
    compute(bureau="06")
    later = NOW + timedelta(hours=1)

    assert publish(scored, now=later) == Scorecard.objects.in_area("05").count()
    assert set(Scorecard.objects.in_area("05").values_list("state", "published_at")) == {("published", later)}
    assert set(Scorecard.objects.in_area("06").values_list("state", flat=True)) == {"computed"}
    events = ScorecardEvent.objects.filter(what="state").values_list("old", "new", "by__username")
    assert set(events) == {("computed", "published", "district")}


def test_the_second_person_is_told(scored, english):
    publish(scored)
    before = list(Scorecard.objects.order_by("pk").values())

    with pytest.raises(Overtaken, match="published already"):
        publish(scored)
    assert list(Scorecard.objects.order_by("pk").values()) == before


def test_two_at_the_same_moment_publish_once(scored, monkeypatch):
    """The second looked before the first had written."""
    cards = list(Scorecard.objects.in_area("05"))
    publish(scored)

    with pytest.raises(Overtaken), transaction.atomic():
        scores._move([(row, "") for row in cards], State.PUBLISHED, scored.district_office, NOW, published_at=NOW)
    assert ScorecardEvent.objects.filter(card=cards[0], what="state").count() == 1


def test_what_was_computed_again_after_it_was_looked_at_is_not_published_unseen(scored, english):
    seen = fingerprint_of(Scorecard.objects.in_area("05"))
    worked.task("050101", late=1)
    compute()

    with pytest.raises(Overtaken, match="computed again"):
        publish(scored, seen=seen)
    assert states() == {"computed"}
    assert publish(scored, seen=fingerprint_of(Scorecard.objects.in_area("05")))


def test_without_computed_scores_there_is_nothing_to_publish(district, english):
    with pytest.raises(BadInput, match="compute them first") as refused:
        publish(district)
    assert refused.value.field == "period"
    with pytest.raises(BadInput):
        publish(district, period="soon")


def test_a_card_that_was_tampered_with_is_not_published(scored, english):
    ScoreLine.objects.filter(card=card("0501"), position=1).update(numerator=0)

    with pytest.raises(WrongState, match="no longer says"):
        publish(scored)
    assert states() == {"computed"}


@pytest.mark.parametrize(
    "facts",
    [
        {"total": 1},
        {"grade": "unqualified"},
        {"rank": 7},
        {"cut_off": worked.AUGUST},
        {"period": "2026Q2"},
    ],
)
def test_the_digest_covers_everything_that_a_card_says(scored, facts):
    publish(scored)
    assert is_intact(card("0501"))

    Scorecard.objects.filter(area_code="0501").update(**facts)

    assert not is_intact(Scorecard.objects.get(area_code="0501"))


@pytest.mark.parametrize(
    ("column", "value"),
    [("numerator", 0), ("denominator", 2), ("weight", 29), ("target_percent", 99), ("points", 7), ("position", 9),
     ("effective_weight", 7)],
)  # fmt: skip
def test_the_digest_covers_every_line(scored, column, value):
    ScoreLine.objects.filter(card=card("0501"), position=1).update(**{column: value})

    assert not is_intact(card("0501"))


@pytest.mark.parametrize(
    "facts",
    [{"state": "published"}, {"published_at": NOW}, {"state": "odd"}, {"total": 101, "grade": "excellent"},
     {"total": None}, {"area_code": "0"}],
)  # fmt: skip
def test_the_database_refuses_a_card_that_makes_no_sense(scored, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(area_code="0501").update(**facts)


@pytest.mark.parametrize("facts", [{"numerator": 2}, {"points": None}, {"denominator": 0}, {"indicator": "x"}])
def test_the_database_refuses_a_line_that_makes_no_sense(scored, facts):
    lines = ScoreLine.objects.filter(card=card("0501"))
    hit = lines if "indicator" in facts else lines.filter(position=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        hit.update(**facts)


@pytest.mark.parametrize("state", ["computed", "published"])
def test_there_is_one_computed_and_one_published_card_of_an_area_and_period(scored, state):
    row = card("0501")
    if state == "published":
        publish(scored)
    moment = NOW if state == "published" else None

    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.create(
            scheme=row.scheme, period=row.period, area_code="0501", version=2, cut_off=row.cut_off, state=state,
            computed_at=NOW, published_at=moment, digest="x",
        )  # fmt: skip
