from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError

from gridsup.errors import AlreadyStored, BadInput, NotAllowed, WrongState
from inspections.actions import return_visit, save_draft, submit_visit, visits
from inspections.models import Finding, InspectionTask, Visit
from inspections.records import Problem
from subjects.models import CheckItem
from tests.factories import TODAY, TaskFactory, noon
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

WEEK = timedelta(days=7)
LATER = noon(TODAY + WEEK)
FINE = {"code": "subject_qualification", "result": "ok"}
LIMITED = {"problems": [replace(ORDER, rectify_by=TODAY + timedelta(days=15))]}
CHANGES = [
    {"narrative": "So, and more"},
    {"visited_at": NOON - timedelta(minutes=1)},
    {"outcome": "unlicensed"},
    {"answers": [{**FINE, "result": "not_applicable"}]},
    {"answers": []},
    {"problems": [replace(ORDER, text="Sold something else")]},
    {"problems": [replace(ORDER, rectify_by=TODAY + WEEK)]},
    {"problems": [ORDER, ORDER]},
    {"corrected": [1]},
    {"tasks": []},
]


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


def test_a_visit_is_stored_with_its_day_area_and_limit_of_entry(district):
    visit = submitted(district, narrative="  quiet  ")

    stored = Visit.objects.get()
    assert stored == visit
    assert (stored.state, stored.version, stored.area_code, stored.narrative) == ("submitted", 1, "050101", "quiet")
    assert (stored.visited_on, stored.submitted_on) == (TODAY, TODAY)
    # 22 November 2026 is a Sunday: two working days later is Tuesday
    assert stored.entry_due_on == date(2026, 11, 24)
    assert [(event.old, event.new, event.by) for event in stored.events.all()] == [("", "submitted", district.lead)]


def test_a_visit_discharges_every_open_task_of_the_premises_whose_window_is_open(district):
    premises = shop()
    late = TaskFactory(premises=premises, due_on=TODAY - WEEK, opens_on=TODAY - 2 * WEEK)
    planned = TaskFactory(premises=premises, reason="campaign", plan=None, state="planned", opens_on=TODAY)
    ahead = TaskFactory(premises=premises, reason="draw", plan=None, due_on=TODAY + WEEK, opens_on=TODAY + WEEK)
    elsewhere = TaskFactory()

    visit = submitted(district, premises=premises)

    for task in (late, planned, ahead, elsewhere):
        task.refresh_from_db()
    assert [task.state for task in (late, planned, ahead, elsewhere)] == ["done", "done", "due", "due"]
    assert (late.visit, late.done_on, planned.visit) == (visit, TODAY, visit)
    assert [(event.old, event.new, event.by) for event in planned.events.all()] == [("planned", "done", district.lead)]


def test_only_the_tasks_that_the_record_names_are_discharged(district):
    premises = shop()
    one, other = TaskFactory(premises=premises), TaskFactory(premises=premises, reason="draw", plan=None)

    submitted(district, premises=premises, tasks=[other.pk])

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == ("due", "done")


def test_a_task_made_due_by_the_job_is_done_by_the_visit(district):
    premises = shop()
    task = TaskFactory(premises=premises)
    task.events.create(what="state", old="planned", new="due", at=NOON)

    submitted(district, premises=premises)

    assert [event.new for event in task.events.all()] == ["due", "done"]


def test_the_next_due_day_moves_on_by_the_interval(district):
    premises = shop()

    submitted(district, premises=premises)

    premises.refresh_from_db()
    assert (premises.last_visited_on, premises.next_due_on) == (TODAY, date(2027, 1, 22))


def test_a_visit_entered_late_does_not_take_the_due_day_back(district):
    premises = shop()
    submitted(district, premises=premises)

    submitted(district, premises=premises, visited_at=noon(TODAY - WEEK))

    premises.refresh_from_db()
    assert (premises.last_visited_on, premises.next_due_on) == (TODAY, date(2027, 1, 22))


def test_other_premises_keep_their_due_day(district):
    other = shop(tier="", mode="exempt", interval_months=None, next_due_on=None)

    submitted(district)

    other.refresh_from_db()
    assert other.tier == ""


def test_a_refused_entry_discharges_nothing(district):
    premises = shop()
    task = TaskFactory(premises=premises)

    visit = submitted(district, premises=premises, outcome="refused")

    task.refresh_from_db()
    premises.refresh_from_db()
    assert (visit.outcome, task.state) == ("refused", "due")
    assert (premises.last_visited_on, premises.next_due_on) == (None, TODAY)


@pytest.mark.parametrize("outcome", ["not_found", "closed", "unlicensed"])
def test_whatever_else_was_found_there_the_visit_was_made(district, outcome):
    task = TaskFactory(premises=shop())

    submitted(district, premises=task.premises, outcome=outcome)

    task.refresh_from_db()
    assert task.state == "done"


@pytest.mark.parametrize(
    ("disposition", "state"),
    [
        ("admonish", "settled"),
        ("simple_penalty", "settled"),
        ("order", "ordered"),
        ("case", "handed_over"),
        ("report", "open"),
    ],
)
def test_a_problem_begins_where_its_disposition_leads(district, disposition, state):
    problem = Problem(text="Old goods", disposition=disposition, item="subject_qualification")

    visit = submitted(district, outcome="problem", problems=[problem])

    finding = Finding.objects.get()
    assert (finding.state, finding.found_on, finding.visit) == (state, TODAY, visit)
    assert (finding.premises, finding.area_code, finding.line) == (visit.premises, "050101", "registration")
    assert [(event.old, event.new) for event in finding.events.all()] == [("", state)]
    assert (finding.recheck is not None) == (disposition == "order")


def test_an_order_gets_a_re_check_on_its_last_day(district):
    submitted(district, outcome="problem", problems=[replace(ORDER, rectify_by=TODAY + WEEK)])

    task = Finding.objects.get().recheck
    assert (task.reason, task.state, task.plan, task.assignee) == ("recheck", "due", None, None)
    assert (task.due_on, task.opens_on, task.area_code) == (TODAY + WEEK, TODAY, "050101")


def test_an_order_without_a_day_has_the_usual_limit(district):
    submitted(district, outcome="problem", problems=[ORDER])

    assert Finding.objects.get().rectify_by == TODAY + timedelta(days=15)


def test_two_orders_of_one_day_are_looked_at_again_together(district):
    limits = [TODAY + WEEK, TODAY + WEEK, TODAY + 2 * WEEK]

    submitted(district, outcome="problem", problems=[replace(ORDER, rectify_by=day) for day in limits])

    assert [task.due_on for task in InspectionTask.objects.all()] == [TODAY + WEEK, TODAY + 2 * WEEK]


def test_answers_are_kept_with_line_and_words_of_their_day(district):
    visit = submitted(district)

    item = CheckItem.objects.get(code="subject_qualification", tier_key="high")
    wanted = {"code": item.code, "line": "registration", "text": item.text, "result": "ok"}
    assert [answer for answer in visit.answers if answer["code"] == item.code] == [wanted]


class TestAgain:
    """The same form, however often it is sent."""

    def test_it_is_the_stored_visit_and_has_no_second_effect(self, district):
        given = record(district, premises=shop(), outcome="problem", problems=[ORDER])
        first = submit_visit(record=given, by=district.lead, now=NOON)

        again = submit_visit(record=given, by=district.manager, now=LATER)

        assert again == first
        assert (Visit.objects.count(), Finding.objects.count(), InspectionTask.objects.count()) == (1, 1, 1)
        assert first.events.count() == 1

    def test_two_at_the_same_moment_are_one_visit(self, district, monkeypatch):
        given, enter = record(district), visits.enter
        first = submit_visit(record=given, by=district.lead, now=NOON)

        def overtaken(**_: object):
            monkeypatch.setattr(visits, "enter", enter)
            raise IntegrityError("client_id")

        monkeypatch.setattr(visits, "enter", overtaken)
        assert submit_visit(record=given, by=district.lead, now=NOON) == first

    @pytest.mark.parametrize("change", CHANGES, ids=list)
    def test_what_says_something_else_by_then_is_refused_by_the_record_that_stands(self, district, change, english):
        given = record(district, premises=shop(), outcome="problem", problems=[ORDER], narrative="So")
        first = submit_visit(record=given, by=district.lead, now=NOON)

        with pytest.raises(AlreadyStored, match=f"record {first.pk}") as refused:
            submit_visit(record=replace(given, **change), by=district.lead, now=LATER)

        assert refused.value.row == first.pk
        assert (Visit.objects.get().narrative, Finding.objects.count()) == ("So", 1)

    @pytest.mark.parametrize("change", [{"narrative": " So "}, {"visited_at": NOON.replace(second=9)}, LIMITED])
    def test_blanks_seconds_and_the_usual_limit_written_out_are_no_change(self, district, change):
        given = record(district, premises=shop(), outcome="problem", problems=[ORDER], narrative="So")
        first = submit_visit(record=given, by=district.lead, now=LATER)

        assert submit_visit(record=replace(given, **change), by=district.lead, now=LATER) == first

    def test_it_is_the_same_form_after_its_record_was_returned_and_corrected(self, district):
        finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
        given = record(district, premises=finding.premises, visited_at=LATER, corrected=[finding.pk])
        first = submit_visit(record=given, by=district.lead, now=LATER)
        return_visit(visit=first, why="?", by=district.chief, now=LATER)
        submit_visit(record=replace(given, client_id=uuid4(), corrects=first), by=district.lead, now=LATER)

        assert submit_visit(record=given, by=district.lead, now=LATER) == first

    def test_a_number_of_another_premises_is_refused(self, district, english):
        first = submitted(district)

        with pytest.raises(BadInput, match="belongs to another visit") as refused:
            submitted(district, client_id=first.client_id)
        assert refused.value.field == "client_id"
        assert Visit.objects.count() == 1

    def test_a_number_of_somebody_else_is_refused(self, district):
        given = record(district)
        submit_visit(record=given, by=district.lead, now=NOON)

        with pytest.raises(BadInput):
            submit_visit(record=replace(given, lead=district.manager, partner=district.lead), by=None, now=NOON)


class TestDraft:
    def test_a_form_is_put_aside_and_later_handed_in(self, district):
        given = record(district)
        draft = save_draft(
            client_id=given.client_id, premises=given.premises, held={"narrative": "so far"}, by=district.lead, now=NOON
        )
        assert (draft.state, draft.draft, draft.outcome) == ("draft", {"narrative": "so far"}, "")

        visit = submit_visit(record=given, by=district.manager, now=NOON)

        assert (visit.pk, visit.state, visit.draft) == (draft.pk, "submitted", {})
        assert Visit.objects.get().partner == district.manager
        assert [(event.old, event.new) for event in visit.events.all()] == [("", "draft"), ("draft", "submitted")]

    def test_it_takes_the_place_of_what_was_put_aside_before(self, district):
        facts = {"client_id": uuid4(), "premises": shop(), "by": district.lead}
        save_draft(**facts, held={"narrative": "one"}, now=NOON)

        draft = save_draft(**facts, held={"narrative": "two"}, now=LATER)

        assert draft.draft == {"narrative": "two"}
        assert (Visit.objects.count(), draft.events.count()) == (1, 1)

    def test_nothing_is_put_aside_after_it_was_handed_in(self, district, english):
        visit = submitted(district)

        with pytest.raises(WrongState, match="handed in"):
            save_draft(client_id=visit.client_id, premises=visit.premises, held={}, by=district.lead, now=NOON)

    def test_it_is_the_drafters_alone(self, district):
        facts = {"client_id": uuid4(), "premises": shop(), "held": {}, "now": NOON}
        save_draft(**facts, by=district.lead)

        with pytest.raises(BadInput):
            save_draft(**facts, by=district.manager)
        with pytest.raises(BadInput):
            save_draft(**{**facts, "premises": shop()}, by=district.lead)

    def test_who_does_not_inspect_here_puts_nothing_aside(self, district):
        for officer in (district.chief, district.neighbour_lead, district.outsider):
            with pytest.raises(NotAllowed):
                save_draft(client_id=uuid4(), premises=shop(), held={}, by=officer, now=NOON)
        assert not Visit.objects.exists()
