from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from gridsup.errors import AlreadyStored, BadInput, NotAllowed, Overtaken, WrongState
from inspections.actions import return_visit, save_draft, submit_visit, submit_visits
from inspections.models import Finding, InspectionTask, Visit
from tests.certified import certified
from tests.factories import TODAY, TaskFactory, noon
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

WEEK = timedelta(days=7)
LATER = noon(TODAY + WEEK)


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


class TestPutRight:
    """An order, and the later visit that looks at it again."""

    @pytest.fixture
    def finding(self, district):
        submitted(district, outcome="problem", problems=[replace(ORDER, rectify_by=TODAY + WEEK)])
        return Finding.objects.get()

    def again(self, district, finding, day, **facts):
        visit = submitted(district, premises=finding.premises, visited_at=noon(day), **facts)
        finding.refresh_from_db()
        return visit

    def test_what_was_seen_put_right_is_rectified_and_its_re_check_done(self, district, finding):
        visit = self.again(district, finding, TODAY + WEEK, corrected=[finding.pk])

        assert (finding.state, finding.rectified_on, finding.rectified_by) == ("rectified", TODAY + WEEK, visit)
        assert (finding.recheck.state, finding.recheck.visit) == ("done", visit)
        assert [event.new for event in finding.events.all()] == ["ordered", "rectified"]

    def test_an_escalated_one_is_rectified_too(self, district, finding):
        Finding.objects.update(state="escalated")

        self.again(district, finding, TODAY + 2 * WEEK, corrected=[finding.pk])

        assert (finding.state, finding.rectified_on) == ("rectified", TODAY + 2 * WEEK)

    def test_a_visit_on_the_last_day_does_the_re_check_whatever_it_saw(self, district, finding):
        self.again(district, finding, TODAY + WEEK)

        assert (finding.state, finding.recheck.state) == ("ordered", "done")
        assert InspectionTask.objects.count() == 1

    def test_a_routine_visit_before_the_last_day_is_no_re_check(self, district, finding):
        routine = TaskFactory(premises=finding.premises)

        self.again(district, finding, TODAY + timedelta(days=1))

        routine.refresh_from_db()
        assert (routine.state, finding.recheck.state) == ("done", "due")

    def test_a_re_check_before_the_last_day_that_saw_nothing_put_right_is_made_again(self, district, finding):
        former = finding.recheck

        self.again(district, finding, TODAY + timedelta(days=1), tasks=[former.pk])

        former.refresh_from_db()
        assert (former.state, finding.state) == ("done", "ordered")
        assert finding.recheck != former
        assert (finding.recheck.state, finding.recheck.due_on) == ("due", TODAY + WEEK)

    def test_of_two_orders_the_one_left_is_looked_at_on_its_day(self, district):
        late = TODAY + WEEK
        orders = [replace(ORDER, rectify_by=late), replace(ORDER, rectify_by=late)]
        submitted(district, outcome="problem", problems=orders)
        first, second = Finding.objects.order_by("pk")

        self.again(district, first, TODAY + timedelta(days=1), corrected=[first.pk])

        second.refresh_from_db()
        assert (first.state, second.state, first.recheck.state) == ("rectified", "ordered", "done")
        assert (second.recheck.state, second.recheck.due_on) == ("due", late)

    def test_a_re_check_is_done_though_the_record_does_not_name_it(self, district, finding):
        self.again(district, finding, TODAY + WEEK, corrected=[finding.pk], tasks=[])

        assert finding.recheck.state == "done"

    @pytest.mark.parametrize("outcome", ["refused", "not_found", "closed"])
    def test_nothing_is_seen_put_right_where_nobody_got_in(self, district, finding, outcome):
        with pytest.raises(BadInput) as refused:
            self.again(district, finding, TODAY + WEEK, corrected=[finding.pk], outcome=outcome)
        assert refused.value.field == "corrected"

    def test_only_what_is_to_be_corrected_here_and_was_found_before(self, district, finding):
        other = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
        faults = [(finding, TODAY - WEEK), (other, TODAY + WEEK)]

        for wrong, day in faults:
            with pytest.raises(BadInput):
                submitted(district, premises=finding.premises, visited_at=noon(day), corrected=[wrong.pk])
        self.again(district, finding, TODAY + WEEK, corrected=[finding.pk])
        with pytest.raises(BadInput):
            self.again(district, finding, TODAY + 2 * WEEK, corrected=[finding.pk])


class TestTheSameVisitUnderAnotherFormNumber:
    @pytest.mark.parametrize("facts", [{}, {"outcome": "problem", "problems": [ORDER]}, {"outcome": "refused"}])
    def test_it_is_refused_by_the_record_that_stands(self, district, facts, english):
        visit = submitted(district, **facts)

        with pytest.raises(AlreadyStored, match=f"as record {visit.pk}") as refused:
            submitted(district, premises=visit.premises, narrative="Typed anew", **facts)

        assert refused.value.row == visit.pk
        assert (Visit.objects.get(), Finding.objects.count()) == (visit, len(facts.get("problems", [])))

    def test_it_is_known_by_the_task_that_it_did_and_the_order_that_it_saw_put_right(self, district):
        finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
        facts = {"premises": finding.premises, "corrected": [finding.pk], "tasks": [finding.recheck_id]}
        submitted(district, visited_at=LATER, **facts)

        for known in (facts, {**facts, "tasks": None}, {**facts, "corrected": []}):
            with pytest.raises(AlreadyStored):
                submitted(district, visited_at=LATER.replace(second=30), **known)

    def test_many_at_once_are_refused_alike(self, district):
        visit = submitted(district)

        with pytest.raises(AlreadyStored):
            submit_visits(records=[(record(district), NOON), (record(district, premises=visit.premises), NOON)])
        twice = [(record(district, premises=shop()), NOON)] * 2
        with pytest.raises(AlreadyStored):
            submit_visits(records=[twice[0], (replace(twice[1][0], client_id=uuid4()), NOON)])

        assert Visit.objects.get() == visit

    @pytest.mark.parametrize("facts", [{}, {"outcome": "problem", "problems": [ORDER]}])
    def test_it_is_the_same_whichever_of_its_two_officers_enters_it_first(self, district, facts, english):
        visit = submitted(district, **facts)
        swapped = {"lead": district.manager, "partner": district.lead, "premises": visit.premises, **facts}
        third = {"lead": district.manager, "partner": certified(district.by_duty["case_team"])}

        for people in ({}, third):
            given = record(district, **{**swapped, **people})
            with pytest.raises(AlreadyStored, match=f"as record {visit.pk} by {visit.lead}"):
                submit_visit(record=given, by=district.manager, now=NOON)
            with pytest.raises(AlreadyStored):
                submit_visits(records=[(given, NOON)])

        assert (Visit.objects.get(), Finding.objects.count()) == (visit, len(facts.get("problems", [])))

    def test_a_task_that_another_record_did_names_that_record(self, district, english):
        task = TaskFactory(premises=shop())
        visit = submitted(district, premises=task.premises)
        other = submitted(district)

        for place, refusal in ((task.premises, AlreadyStored), (other.premises, BadInput)):
            with pytest.raises(refusal) as refused:
                submitted(district, premises=place, visited_at=LATER, tasks=[task.pk])
            assert refused.value.field == "tasks"
            assert (f"record {visit.pk} did it" in str(refused.value)) == (place == task.premises)

    @pytest.mark.parametrize(
        "facts",
        [
            {"visited_at": NOON - timedelta(minutes=1)},
            {"visited_at": NOON - timedelta(hours=3), "outcome": "refused"},
            {"outcome": "problem", "problems": [ORDER]},
        ],
    )
    def test_a_second_record_of_the_day_is_stored_where_its_officers_say_that_it_was_another_visit(
        self, district, facts, english
    ):
        visit = submitted(district)
        swapped = {"lead": district.manager, "partner": district.lead, "premises": visit.premises, **facts}

        with pytest.raises(AlreadyStored, match=f"Record {visit.pk} tells of a visit here on") as refused:
            submitted(district, **swapped)

        assert (refused.value.row, refused.value.field) == (visit.pk, "another_visit")
        assert f"12:00 by {visit.lead} and {visit.partner}" in str(refused.value)
        assert Visit.objects.get() == visit
        submitted(district, another_visit=True, **swapped)
        assert Visit.objects.count() == 2

    def test_the_very_same_visit_is_none_other_whatever_its_officers_say(self, district):
        submitted(district, premises=(place := shop()), visited_at=NOON - timedelta(hours=1))
        visit = submitted(district, premises=place, another_visit=True)

        with pytest.raises(AlreadyStored) as refused:
            submitted(district, premises=place, another_visit=True)

        assert (refused.value.row, refused.value.field) == (visit.pk, "visited_at")

    def test_a_visit_of_another_day_is_not_asked(self, district):
        place = submitted(district).premises

        submitted(district, premises=place, visited_at=NOON + timedelta(days=1))

        assert Visit.objects.count() == 2

    def test_a_re_check_within_the_same_minute_is_another_visit(self, district):
        finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
        submitted(district, premises=finding.premises, another_visit=True)

        submitted(district, premises=finding.premises, tasks=[finding.recheck_id])
        submitted(district, premises=finding.premises, corrected=[finding.pk])

        finding.refresh_from_db()
        assert (Visit.objects.count(), finding.state) == (4, "rectified")

    def test_a_correction_may_say_the_same_and_takes_the_place_of_what_it_corrects(self, district):
        returned = return_visit(visit=submitted(district), why="?", by=district.chief, now=NOON)
        with pytest.raises(AlreadyStored):
            submitted(district, premises=returned.premises)

        second = submitted(district, premises=returned.premises, corrects=returned)

        with pytest.raises(AlreadyStored) as refused:
            submitted(district, premises=returned.premises)
        assert refused.value.row == second.pk


class TestCorrected:
    """A record that was returned, and its next version."""

    @pytest.fixture
    def returned(self, district):
        task = TaskFactory(premises=shop())
        visit = submitted(district, premises=task.premises, outcome="problem", problems=[ORDER])
        return return_visit(visit=visit, why="Which goods?", by=district.chief, now=NOON)

    def corrected(self, district, returned, **facts):
        given = record(district, **{"premises": returned.premises, "corrects": returned, **facts})
        return submit_visit(record=given, by=given.lead, now=LATER)

    def test_it_names_the_old_one_and_takes_its_place(self, district, returned):
        visit = self.corrected(district, returned)

        assert (visit.version, visit.corrects, visit.state) == (2, returned, "submitted")
        assert list(Visit.objects.valid()) == [visit]
        task = InspectionTask.objects.get(reason="routine")
        assert (task.state, task.visit, task.done_on) == ("done", visit, TODAY)
        assert [(event.what, event.new) for event in task.events.all()][-1] == ("visit", "2")

    def test_its_limit_of_entry_counts_from_the_return(self, district, returned):
        Visit.objects.filter(pk=returned.pk).update(reviewed_at=noon(TODAY + timedelta(days=3)))

        assert self.corrected(district, returned).entry_due_on == date(2026, 11, 27)

    def test_what_nobody_acted_on_is_withdrawn_with_its_re_check(self, district, returned):
        self.corrected(district, returned)

        finding = Finding.objects.get()
        assert (finding.state, finding.recheck.state) == ("withdrawn", "cancelled")
        assert [(event.old, event.new) for event in finding.events.all()][-1] == ("ordered", "withdrawn")
        assert finding.recheck.events.get().why

    def test_what_somebody_acted_on_stays(self, district, returned):
        Finding.objects.update(state="escalated")

        self.corrected(district, returned)

        assert (Finding.objects.get().state, Finding.objects.get().recheck.state) == ("escalated", "due")

    def test_the_same_order_keeps_its_re_check(self, district, returned):
        self.corrected(district, returned, outcome="problem", problems=[ORDER])

        old, new = Finding.objects.order_by("pk")
        assert (old.state, new.state, new.recheck) == ("withdrawn", "ordered", old.recheck)
        assert InspectionTask.objects.get(reason="recheck").state == "due"

    def test_what_the_first_version_saw_put_right_is_now_seen_by_the_second(self, district):
        finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
        facts = {"premises": finding.premises, "visited_at": LATER, "corrected": [finding.pk]}
        first = submitted(district, **facts)
        return_visit(visit=first, why="?", by=district.chief, now=LATER)

        second = submitted(district, **facts, corrects=first)

        finding.refresh_from_db()
        assert (finding.state, finding.rectified_by, finding.recheck.visit) == ("rectified", second, second)

    def test_only_a_returned_record_of_the_same_premises_is_corrected(self, district, returned):
        with pytest.raises(BadInput):
            self.corrected(district, returned, premises=shop())
        visit = self.corrected(district, returned)
        with pytest.raises(WrongState):
            self.corrected(district, visit)

    def test_the_second_correction_of_one_record_is_told(self, district, returned, english):
        self.corrected(district, returned)

        with pytest.raises(Overtaken, match="Somebody else corrects"):
            self.corrected(district, returned)
        assert Visit.objects.count() == 2

    def test_only_who_signed_it_corrects_it(self, district, returned):
        Visit.objects.filter(pk=returned.pk).update(lead=district.by_duty["case_team"])
        again = record(district, premises=returned.premises, corrects=returned)

        with pytest.raises(NotAllowed):
            submit_visit(record=again, by=district.lead, now=LATER)
        assert submit_visit(record=again, by=district.manager, now=LATER).version == 2

    def test_an_entry_refused_cannot_stand_for_a_visit_that_was_owed(self, district, returned):
        with pytest.raises(BadInput) as refused:
            self.corrected(district, returned, outcome="refused")
        assert refused.value.field == "outcome"

    def test_a_draft_of_a_correction_is_completed(self, district, returned):
        given = record(district, premises=returned.premises, corrects=returned)
        facts = {"client_id": given.client_id, "premises": given.premises, "corrects": returned, "held": {}}
        draft = save_draft(**facts, by=district.lead, now=NOON)

        visit = submit_visit(record=given, by=district.lead, now=NOON)

        assert (visit.pk, visit.version, visit.corrects) == (draft.pk, 2, returned)


def test_the_file_of_a_premises_shows_the_last_version_of_each_visit(district, client):
    visit = submitted(district, narrative="First words", outcome="problem", problems=[ORDER])
    return_visit(visit=visit, why="Which goods?", by=district.chief, now=NOON)
    given = record(district, premises=visit.premises, corrects=visit)
    second = submit_visit(record=given, by=district.lead, now=NOON)
    client.force_login(district.lead)

    page = client.get(visit.premises.get_absolute_url())

    panel = next(panel for panel in page.context["panels"] if "_last_visits" in panel.template)
    assert list(panel.context["visits"]) == [second]
    assert "Which goods?" in page.content.decode()  # its timeline tells the whole course
