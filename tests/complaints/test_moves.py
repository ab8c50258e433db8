from datetime import date, timedelta

import pytest

from complaints.actions import move, move_many
from complaints.actions.moves import CLOCK_FIELDS, FIELDS
from complaints.models import Complaint, ComplaintEvent
from complaints.models.complaint import COMPLAINT_MOVES, ENQUIRY_MOVES, MOVES_OF, REPORT_MOVES
from complaints.records import MoveRecord
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from tests.factories import TODAY, ComplaintFactory, LocalityFactory, PremisesFactory, noon

S = Complaint.State
GRID = "050101"
# What is given with a move to a state.
GIVEN = {
    "refused": {"refusal": "not_ours"},
    "dispatched": {"area_code": GRID},
    "settled": {"result": "money back"},
    "mediation_ended": {"ending": "no_show", "result": "nobody came"},
    "handled": {"result": "fined"},
    "not_upheld": {"result": "the scale is right"},
    "handed_to_case": {"result": "a case"},
    "answered": {"result": "at nine"},
}
COURSES = {
    "complaint": ["accepted", "dispatched", "in_hand", "settled", "reviewed", "told", "closed"],
    "report": ["dispatched", "verifying", "handled", "reviewed", "told", "closed"],
    "enquiry": ["answered", "closed"],
}


@pytest.fixture
def go(district, desk):
    """A function that moves a complaint by whoever may, with what the move needs; noon of the day."""

    def to_state(complaint, to, on=TODAY, by=None, why="because", **fields):
        step = MOVES_OF[complaint.kind].get((complaint.state, to))
        cast = [desk, district.lead, district.chief, district.district_office]
        able = [officer for officer in cast if step and officer.may(step.permission, complaint.area_code)]
        usual = next(iter(able), desk)
        given = {**GIVEN.get(to, {}), **fields}
        return move(complaint=complaint, to=to, by=by or usual, now=noon(on), why=why, **given)

    return to_state


def whole(complaint):
    """Whoever stands behind it, so that it could be accepted."""
    from complaints.models import Complainant

    Complainant.objects.create(complaint=complaint, name="李秀英", phone="13800001234")
    return complaint


PAIRS = [(kind, old) for kind in Complaint.Kind.values for old in Complaint.State.values]


@pytest.mark.parametrize(("kind", "old"), PAIRS)
def test_every_pair_of_states_is_in_the_table_or_refused(law, go, kind, old):
    for new in Complaint.State.values:
        complaint = whole(ComplaintFactory(kind=kind, state=old))
        fields = {"linked_to": ComplaintFactory(kind="report")} if new == "linked" else {}
        if (old, new) in MOVES_OF[kind]:
            assert go(complaint, new, **fields).state == new
            assert complaint.events.filter(what="state", old=old, new=new).count() == 1
        else:
            with pytest.raises(WrongState):
                go(complaint, new, **fields)
            assert Complaint.objects.get(pk=complaint.pk).state == old
            assert not complaint.events.exists()


@pytest.mark.parametrize("table", [COMPLAINT_MOVES, REPORT_MOVES, ENQUIRY_MOVES])
def test_from_every_state_of_a_table_the_end_can_be_reached(table):
    reached = {"closed", "refused", "transferred", "linked"}
    for _round in table:
        reached |= {old for old, new in table if new in reached}

    assert {old for old, _new in table} <= reached


@pytest.mark.parametrize("kind", COURSES)
def test_a_course_from_receipt_to_the_end(take_in, go, kind):
    complaint = take_in(kind)

    for state in COURSES[kind]:
        go(complaint, state)

    assert (complaint.state, complaint.closed_on) == ("closed", TODAY)
    assert [event.new for event in complaint.events.filter(what="state")] == ["received", *COURSES[kind]]
    assert not complaint.clocks.running().exists()


@pytest.mark.parametrize(
    ("kind", "old", "new", "missing"),
    [
        (kind, old, new, name)
        for kind in ("complaint", "report", "enquiry")
        for (old, new), step in MOVES_OF[kind].items()
        for name in step.required
        if name in {"why", "refusal", "ending", "result", "linked_to"}
    ],
)
def test_a_move_without_what_it_needs_is_refused(law, go, kind, old, new, missing):
    complaint = whole(ComplaintFactory(kind=kind, state=old))
    given = {missing: "  " if missing in {"why", "result"} else None}
    if missing != "linked_to" and new == "linked":
        given["linked_to"] = ComplaintFactory(kind="report")

    with pytest.raises(BadInput) as refused:
        go(complaint, new, **given)

    assert refused.value.field == missing
    assert not complaint.events.exists()


@pytest.mark.parametrize("kind", COURSES)
def test_nobody_without_the_permission_makes_a_move(district, law, go, kind):
    section = district.by_duty["section"]
    for old, new in MOVES_OF[kind]:
        complaint = whole(ComplaintFactory(kind=kind, state=old))
        with pytest.raises(NotAllowed):
            go(complaint, new, by=section)


def test_a_complaint_without_a_name_waits_to_be_completed(take_in, go):
    complaint = take_in(name="", phone="")

    with pytest.raises(BadInput) as refused:
        go(complaint, "accepted")

    assert refused.value.field == "to"
    assert go(complaint, "returned", why="ask for the name").state == "returned"


class TestArea:
    def test_it_goes_where_the_premises_lies(self, take_in, go):
        complaint = take_in("report", premises=PremisesFactory(area_code="050201"))

        assert (complaint.area_code, go(complaint, "dispatched", area_code=None).area_code) == ("05", "050201")

    def test_it_goes_where_the_place_lies_that_the_desk_found(self, take_in, go):
        complaint = take_in("report")
        place = LocalityFactory(area_code="050102")

        go(complaint, "dispatched", area_code=None, locality=place)

        assert (complaint.area_code, complaint.locality) == ("050102", place)

    @pytest.mark.parametrize("is_found", [False, True])
    def test_without_a_place_below_the_bureau_it_goes_nowhere(self, take_in, desk, go, is_found):
        complaint = take_in("report")
        fields = {"premises": PremisesFactory(area_code="05", grid=None)} if is_found else {}

        with pytest.raises(BadInput):
            move_many(moves=[MoveRecord(complaint, "dispatched", desk, noon(TODAY), "", fields)])
        with pytest.raises(BadInput) as refused:
            go(complaint, "dispatched", area_code=None, **fields)

        assert (refused.value.field, complaint.state, complaint.area_code) == ("area_code", "received", "05")

    def test_without_a_place_it_stays_in_the_station_where_it_stands(self, take_in, go):
        report = take_in("report")
        *_before, complaint = [go(report, state) for state in ("dispatched", "verifying", "escalated")]

        assert go(complaint, "dispatched", area_code=None).area_code == "0501"

    @pytest.mark.parametrize("code", ["060101", "059999", "nonsense", "0599", "5"])
    def test_it_goes_to_no_area_that_is_not_there_or_not_the_desks(self, take_in, go, code):
        complaint = take_in("report")

        with pytest.raises(BadInput) as refused:
            go(complaint, "dispatched", area_code=code)

        assert (refused.value.field, complaint.state) == ("area_code", "received")

    def test_it_goes_to_no_grid_that_is_not_in_force(self, district, take_in, go):
        type(district.grid).objects.filter(code="050102").update(state="retired")

        with pytest.raises(BadInput):
            go(take_in("report"), "dispatched", area_code="050102")

    def test_a_station_desk_dispatches_within_its_station(self, district, take_in):
        from tests.conftest import posted

        desk = posted("desk0501", "duty_desk", "0501")
        complaint = take_in("report", by=desk)

        assert complaint.area_code == "0501"
        with pytest.raises(BadInput):
            move(complaint=complaint, to="dispatched", by=desk, now=noon(TODAY), area_code="050201")
        assert move(complaint=complaint, to="dispatched", by=desk, now=noon(TODAY), area_code=GRID).area_code == GRID

    def test_reported_up_it_goes_one_level_at_a_time(self, district, take_in, go):
        complaint = take_in("report")
        go(complaint, "dispatched")
        go(complaint, "verifying")

        assert go(complaint, "escalated").area_code == "0501"
        go(complaint, "verifying", by=district.chief)
        assert go(complaint, "escalated", by=district.chief).area_code == "05"
        go(complaint, "verifying", by=district.district_office)
        with pytest.raises(BadInput):
            go(complaint, "escalated", by=district.district_office)

    def test_sent_back_as_wrong_it_is_at_the_desk_again(self, take_in, go):
        complaint = take_in("report")
        go(complaint, "dispatched")

        go(complaint, "received", why="not in our grid")

        assert (complaint.area_code, complaint.state) == ("05", "received")
        assert set(complaint.clocks.running().values_list("kind", "area_code")) == {("verify", "05"), ("dispute", "05")}

    def test_a_running_clock_goes_with_it_and_history_knows_from_where(self, take_in, go):
        complaint = go(take_in("report"), "dispatched")

        assert complaint.clocks.get().area_code == GRID
        assert list(complaint.events.filter(what="area").values_list("old", "new")) == [("05", GRID)]


class TestTwoAxes:
    """Who handled may neither review nor close (handbook §6)."""

    def test_the_chief_who_settled_it_may_not_review_it(self, district, take_in, go):
        complaint = take_in()
        for state in ("accepted", "dispatched", "in_hand"):
            go(complaint, state)
        go(complaint, "settled", by=district.chief)

        with pytest.raises(NotAllowed) as refused:
            go(complaint, "reviewed", by=district.chief)

        assert str(refused.value)
        assert go(complaint, "reviewed", by=district.district_office).state == "reviewed"

    def test_nor_close_it_after_somebody_elses_review(self, district, take_in, go):
        complaint = take_in()
        for state in ("accepted", "dispatched", "in_hand"):
            go(complaint, state, by=district.chief if state == "in_hand" else None)
        for state in ("settled", "reviewed", "told"):
            go(complaint, state, by=district.district_office if state == "reviewed" else None)

        with pytest.raises(NotAllowed):
            go(complaint, "closed", by=district.chief)

    def test_sending_back_is_supervision_and_not_handling(self, district, take_in, go):
        complaint = take_in()
        for state in ("accepted", "dispatched", "in_hand", "settled"):
            go(complaint, state)
        go(complaint, "in_hand", by=district.chief, why="no proof of payment")
        go(complaint, "settled")

        assert go(complaint, "reviewed", by=district.chief).state == "reviewed"

    def test_handling_is_remembered_after_it_was_reopened(self, district, take_in, go):
        complaint = take_in("report")
        for state in ("dispatched", "verifying", "handled"):
            go(complaint, state, by=district.district_office if state == "handled" else None)
        for state in ("reviewed", "told", "closed", "reopened", "dispatched", "verifying", "handled"):
            go(complaint, state)

        with pytest.raises(NotAllowed):
            go(complaint, "reviewed", by=district.district_office)


class TestLink:
    @pytest.fixture
    def report(self, take_in):
        return take_in("report")

    def test_a_repeat_names_the_first_and_is_at_its_end(self, report, take_in, go):
        first = take_in("clue")

        go(report, "linked", linked_to=first)

        assert (report.linked_to, report.clocks.get().met_on) == (first, TODAY)

    def test_it_is_not_linked_to_itself_or_to_a_complaint_or_elsewhere(self, report, take_in, go):
        elsewhere = ComplaintFactory(kind="report", area_code="060101")
        for other in (report, take_in(), take_in("enquiry"), elsewhere):
            with pytest.raises(BadInput) as refused:
                go(report, "linked", linked_to=other)
            assert refused.value.field == "linked_to"

    def test_it_is_not_linked_to_one_that_is_linked(self, report, take_in, go, english):
        first, second = take_in("report"), take_in("report")
        go(second, "linked", linked_to=first)

        with pytest.raises(BadInput, match=f"linked to {first.number}"):
            go(report, "linked", linked_to=second)

    def test_one_to_which_others_are_linked_stays(self, report, take_in, go):
        go(take_in("report"), "linked", linked_to=report)

        with pytest.raises(BadInput):
            go(report, "linked", linked_to=take_in("report"))


def test_the_second_of_two_is_told(take_in, go):
    complaint = take_in("report")
    stale = Complaint.objects.get(pk=complaint.pk)
    go(complaint, "transferred")

    with pytest.raises(Overtaken):
        go(stale, "dispatched")

    assert complaint.events.filter(what="state").count() == 2
    assert Complaint.objects.get(pk=complaint.pk).area_code == "05"


def test_a_move_takes_nothing_that_is_not_its_own(take_in, go):
    complaint = take_in("report")

    for fields in ({"result": "x"}, {"number": "05-2026-000009"}, {"state": "closed"}):
        with pytest.raises(BadInput):
            go(complaint, "transferred", **fields)


@pytest.mark.parametrize("fields", [{"why": "x" * 501}, {"result": "x" * 4_001}])
def test_a_text_that_is_too_long_is_refused_with_its_field(law, go, fields):
    complaint = ComplaintFactory(state="in_hand")

    with pytest.raises(BadInput) as refused:
        go(complaint, "settled", **fields)

    assert refused.value.field == next(iter(fields))


def test_many_at_once_ask_for_the_visits_that_each_alone_would(district, desk, take_in, go):
    premises = PremisesFactory()
    single, many = (take_in("report", premises=premises, on=TODAY) for _ in range(2))
    go(single, "dispatched", visit=True)

    move_many(moves=[MoveRecord(many, "dispatched", desk, noon(TODAY), "because", {"visit": True})])

    assert single.task == many.task
    assert snapshot(single) == snapshot(many)


def snapshot(complaint):
    """Everything that a course leaves behind, without keys."""
    row = Complaint.objects.get(pk=complaint.pk)
    clocks = row.clocks.order_by("pk").values_list("kind", "rule", "started_on", *CLOCK_FIELDS)
    events = row.events.order_by("pk").values_list("what", "old", "new", "by", "at", "why")
    return [getattr(row, name) for name in FIELDS], list(clocks), list(events)


DETOURS = {
    "complaint": [
        "accepted", "dispatched", "received", "accepted", "dispatched", "in_hand", "escalated", "dispatched", "in_hand",
        "settled", "in_hand", "mediation_ended", "reviewed", "told", "closed", "reopened", "dispatched", "in_hand",
    ],
    "clue": [
        "returned", "received", "dispatched", "verifying", "handled", "verifying", "not_upheld", "reviewed", "told",
        "closed", "reopened", "dispatched", "received", "transferred",
    ],
    "enquiry": ["answered", "closed", "reopened", "answered"],
}  # fmt: skip


@pytest.mark.parametrize("kind", DETOURS)
def test_many_at_once_are_as_many_one_by_one(district, desk, take_in, go, kind):
    single, one_of_many, other = (take_in(kind, outside_due_on=date(2026, 12, 1)) for _ in range(3))
    records = []
    for step, state in enumerate(DETOURS[kind]):
        on = TODAY + timedelta(days=step * 3)
        old = single.state
        go(single, state, on=on)
        by = single.events.order_by("-pk").filter(what="state").first().by
        given = GIVEN.get(state, {})
        assert (old, state) in MOVES_OF[kind]
        records += [MoveRecord(row, state, by, noon(on), "because", given) for row in (one_of_many, other)]

    assert move_many(moves=records) == 2 * len(DETOURS[kind])

    assert snapshot(one_of_many) == snapshot(other) == snapshot(single)
    assert one_of_many.state == single.state


def test_many_at_once_keep_the_rules(district, take_in, go):
    complaint = take_in("report")
    steps = [("dispatched", {"area_code": GRID}), ("verifying", {}), ("handled", {"result": "x"}), ("reviewed", {})]
    records = [MoveRecord(complaint, to, district.district_office, noon(TODAY), "", given) for to, given in steps]

    with pytest.raises(NotAllowed):
        move_many(moves=records)

    assert Complaint.objects.get(pk=complaint.pk).state == "received"
    assert ComplaintEvent.objects.filter(complaint=complaint).count() == 1


def test_many_at_once_are_told_when_somebody_was_first(district, desk, take_in, go):
    complaint = take_in("report")
    stale = Complaint.objects.get(pk=complaint.pk)
    go(complaint, "transferred")

    with pytest.raises(Overtaken):
        move_many(moves=[MoveRecord(stale, "dispatched", desk, noon(TODAY), "", {"area_code": GRID})])
