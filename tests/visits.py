"""Records of visits as two officers of grid 050101 hand them in."""

from datetime import date, datetime
from uuid import uuid4

from django.utils import timezone

from inspections.actions import submit_visit
from inspections.models import Visit
from inspections.records import Problem, VisitRecord
from inspections.rules import SEEN_INSIDE
from subjects.actions import load_preset
from subjects.items import items_for
from subjects.models import Premises
from tests.factories import TODAY, DuePremisesFactory, noon

NOON = noon(TODAY)
ORDER = Problem(text="Sold goods past their date", disposition="order")


def load_policy(name: str = "FR", bureau: str = "05") -> None:
    """A policy that holds since the beginning of the year."""
    load_preset(bureau=bureau, name=name, on=date(2026, 1, 1), now=NOON, why="test")


def shop(**facts: object):
    """A premises of the high tier."""
    return DuePremisesFactory(**{"tier_given": "high", **facts})


def record(district, **facts: object) -> VisitRecord:
    """A visit without a problem by lead and manager, at noon of today."""
    usual = {
        "client_id": uuid4(),
        "visited_at": NOON,
        "lead": district.lead,
        "partner": district.manager,
        "outcome": "no_problem",
    }
    premises = facts.pop("premises", None) or shop()
    given = {**usual, "premises": premises, **facts}
    if given["outcome"] in SEEN_INSIDE:
        given.setdefault("answers", in_order(premises, timezone.localdate(given["visited_at"])))
    return VisitRecord(**given)


def in_order(premises: Premises, on: date) -> list[dict[str, str]]:
    """Every check item of the premises on the day, found in order."""
    return [{"code": item.code, "result": "ok"} for item in items_for(premises, on)]


def submitted(district, now: datetime = NOON, **facts: object) -> Visit:
    """The record handed in by its first officer."""
    given = record(district, **facts)
    return submit_visit(record=given, by=given.lead, now=max(now, given.visited_at))
