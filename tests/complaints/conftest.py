from datetime import date

import pytest
from django.utils import timezone

from complaints.actions import move, register
from grids.permissions import Duty
from tests.factories import TODAY, BureauFactory, TimeLimitFactory, noon

# Order 121, as handbook §9 gives it: days, unit, days of the one extension.
LAW = {
    "accept": (7, "working", 0),
    "mediation": (60, "calendar", 0),
    "notice": (7, "working", 0),
    "verify": (15, "working", 15),
    "dispute": (7, "working", 0),
}


@pytest.fixture
def law(district):
    """The limits of Order 121 for bureaus 05 and 06."""
    return {
        (bureau, key): TimeLimitFactory(
            bureau=BureauFactory(code=bureau), key=key, days=days, unit=unit, extension_days=extra
        )
        for bureau in ("05", "06")
        for key, (days, unit, extra) in LAW.items()
    }


@pytest.fixture
def desk(district):
    """The duty desk of the bureau."""
    return district.by_duty[Duty.DUTY_DESK]


@pytest.fixture
def take_in(law, desk):
    """A function that takes one in by telephone, at noon of a day."""

    def take(kind="complaint", on: date = TODAY, **facts):
        who = {"name": "李秀英", "phone": "13800001234"} if kind == "complaint" else {}
        known = {"bureau": "05", "channel": "phone", "text": "秤不准，少给二两。", "now": noon(on), "by": desk}
        return register(kind=kind, **{**known, **who, **facts})

    return take


@pytest.fixture
def at(district):
    """A function that makes a move by the grid office or the desk, at noon of a day."""

    def go(complaint, to, on, **fields):
        known = {
            "dispatched": {"area_code": "050101"},
            "settled": {"result": "x"},
            "handled": {"result": "x"},
            "refused": {"refusal": "not_ours"},
        }
        desk = to in {"accepted", "refused", "returned", "transferred", "dispatched", "told"}
        who = district.by_duty["duty_desk"] if desk else district.lead
        who = district.district_office if to in {"reviewed", "closed", "reopened"} else who
        if complaint.state in {"settled", "handled"} and to in {"in_hand", "verifying"}:
            who = district.district_office
        if complaint.state == "returned":
            who = district.by_duty["duty_desk"]
        return move(complaint=complaint, to=to, by=who, now=noon(on), why="because", **{**known.get(to, {}), **fields})

    return go


@pytest.fixture
def page(client):
    """A function that opens a page, in English, as somebody."""

    def opened(officer, path, post=None):
        client.cookies["django_language"] = "en"
        client.force_login(officer)
        return client.get(path) if post is None else client.post(path, post, follow=True)

    return opened


@pytest.fixture
def walk(take_in, district, desk):
    """A function that brings one to a state by the usual way, through the actions."""

    def walked(*states, kind="complaint", **facts):
        complaint = take_in(kind, on=timezone.localdate(), **facts)
        given = {
            "dispatched": (desk, {"area_code": "050101"}),
            "in_hand": (district.lead, {}),
            "verifying": (district.lead, {}),
            "settled": (district.lead, {"result": "Paid back."}),
            "handled": (district.lead, {"result": "Ordered to correct."}),
            "handed_to_case": (district.lead, {"result": "A case is opened."}),
            "reviewed": (district.chief, {}),
            "told": (desk, {"why": "By telephone."}),
            "closed": (district.chief, {}),
            "escalated": (district.lead, {"why": "Too large for us."}),
            "answered": (desk, {"result": "At the counter."}),
        }
        for state in states:
            by, fields = given.get(state, (desk, {}))
            move(complaint=complaint, to=state, by=by, now=timezone.now(), **fields)
        return complaint

    return walked
