from dataclasses import replace
from datetime import date, timedelta

import pytest

from grids.models import Officer, Posting
from gridsup.errors import BadInput, NotAllowed
from inspections.actions import submit_visit
from inspections.facts import gather
from inspections.models import Finding, InspectionTask, Visit
from inspections.records import Problem, Submission
from subjects.models import TimeLimit
from tests.factories import TODAY, OfficerFactory, PostingFactory, TaskFactory, noon
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def policy(district, english):
    load_policy()


def assert_refused(district, sentence: str, field: str, **facts: object) -> None:
    """Handing the record in is refused at the field with the sentence, and nothing at all is stored."""
    premises = facts.pop("premises", None) or shop()
    TaskFactory(premises=premises)
    with pytest.raises(BadInput, match=sentence) as error:
        submit_visit(record=record(district, premises=premises, **facts), by=district.lead, now=NOON)
    assert error.value.field == field
    assert not Visit.objects.exists()
    assert not Finding.objects.exists()
    assert InspectionTask.objects.get(premises=premises).state == "due"


def test_a_visit_needs_a_second_officer(district):
    assert_refused(district, "two officers", "partner", partner=None)


def test_the_second_is_somebody_else(district):
    assert_refused(district, "somebody else than the first", "partner", partner=district.lead)


@pytest.mark.parametrize(("who", "name"), [("lead", "lead"), ("manager", "partner")])
def test_a_certificate_that_ran_out_before_the_day_is_none(district, who, name):
    Officer.objects.filter(username=who).update(certificate_valid_to=TODAY - DAY)

    assert_refused(district, f"{who} held no valid enforcement certificate on 2026-11-22", name)


def test_a_certificate_holds_on_its_last_day(district):
    Officer.objects.filter(username="lead").update(certificate_valid_to=TODAY)

    assert submitted(district).pk


@pytest.mark.parametrize("who", ["neighbour_lead", "chief", "supervisor", "outsider", "nobody"])
def test_the_second_needs_a_post_that_inspects_here(district, who):
    officer = getattr(district, who)
    Officer.objects.filter(pk=officer.pk).update(certificate_no="S-9", certificate_valid_to=date(2030, 1, 1))

    assert_refused(district, "held no post on 2026-11-22 that inspects here", "partner", partner=officer)


@pytest.mark.parametrize("facts", [{"to_day": TODAY - DAY}, {"from_day": TODAY + DAY}])
def test_a_post_that_was_not_held_on_the_day_does_not_count(district, facts):
    Posting.objects.filter(officer=district.manager).update(**facts)

    assert_refused(district, "manager held no post", "partner")


def test_a_post_that_ended_since_the_visit_counts(district):
    Posting.objects.filter(officer=district.manager).update(to_day=TODAY - DAY)

    assert submitted(district, visited_at=noon(TODAY - DAY), now=NOON).partner == district.manager


def test_an_officer_of_the_station_inspects_in_its_grids(district):
    team = district.by_duty["case_team"]
    Officer.objects.filter(pk=team.pk).update(certificate_no="S-9", certificate_valid_to=TODAY)

    assert submitted(district, partner=team).partner == team


@pytest.mark.parametrize("area", ["05", "0501", "050101", "050102", "0502", "06"])
@pytest.mark.parametrize("day", [TODAY - DAY, TODAY, TODAY + DAY])
@pytest.mark.parametrize("duty", ["case_team", "grid_lead", "supervisor"])
def test_the_rule_says_the_same_as_the_query_of_who_inspects(district, area, day, duty):
    officer = OfficerFactory(certificate_no="S-3", certificate_valid_to=date(2030, 1, 1))
    held = area if duty != "case_team" else area[:4]
    Posting.objects.bulk_create(
        [PostingFactory.build(officer=officer, duty=duty, area_code=held.ljust(6, "1"), from_day=TODAY, to_day=TODAY)]
        if duty != "case_team"
        else [PostingFactory.build(officer=officer, duty=duty, area_code=held, from_day=TODAY, to_day=TODAY)]
    )
    facts = gather([Submission(record(district, lead=officer), None, NOON)])

    asked = Officer.objects.inspecting("050101", day).filter(pk=officer.pk).exists()
    assert facts.inspects(officer, "050101", day) == asked


def test_only_one_of_the_two_hands_it_in(district):
    given = record(district)

    for officer in (district.chief, district.by_duty["case_team"]):
        with pytest.raises(NotAllowed, match="one of the two officers"):
            submit_visit(record=given, by=officer, now=NOON)
    assert submit_visit(record=given, by=None, now=NOON).state == "submitted"


def test_a_premises_struck_off_is_not_visited(district):
    for outcome in ("no_problem", "closed"):
        facts = {"premises": shop(status="closed", next_due_on=None), "outcome": outcome}
        assert_refused(district, "This premises is “struck off” in the ledger", "premises", **facts)


@pytest.mark.parametrize("status", ["suspended", "missing"])
@pytest.mark.parametrize("outcome", ["closed", "not_found", "no_problem"])
def test_one_that_is_suspended_or_missing_is_looked_for_and_what_was_owed_is_done(district, status, outcome):
    task = TaskFactory(premises=shop(status=status))

    visit = submitted(district, premises=task.premises, outcome=outcome)

    task.refresh_from_db()
    assert (task.state, task.visit) == ("done", visit)


def test_a_visit_is_over_when_it_is_recorded(district):
    assert_refused(district, "in the future", "visited_at", visited_at=NOON + timedelta(minutes=1))


def test_a_visit_is_not_older_than_the_ledgers_knowledge(district):
    premises = shop(entered_on=TODAY)

    assert_refused(district, "since 2026-11-22", "visited_at", premises=premises, visited_at=noon(TODAY - DAY))


@pytest.mark.parametrize("outcome", ["", "fine"])
def test_it_says_how_the_visit_ended(district, outcome):
    assert_refused(district, "how the visit ended", "outcome", outcome=outcome)


def test_a_problem_has_to_be_said(district):
    assert_refused(district, "what the problem is", "problems", outcome="problem")


@pytest.mark.parametrize("outcome", ["no_problem", "not_found", "closed", "refused"])
def test_problems_and_answers_that_show_one_agree_with_the_outcome(district, outcome):
    shown = [{"code": "subject_qualification", "result": "problem"}]

    assert_refused(district, "There are problems", "outcome", outcome=outcome, problems=[ORDER])
    Visit.objects.all().delete()
    assert_refused(district, "shows a problem", "outcome", outcome=outcome, answers=shown)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([{"code": "shoes", "result": "ok"}], "“shoes” is no check item"),
        ([{}], "no check item"),
        ([{"code": "subject_qualification", "result": "maybe"}], "needs a result"),
        ([{"code": "subject_qualification"}], "needs a result"),
        ([{"code": "subject_qualification", "result": "ok"}] * 2, "answered twice"),
    ],
)
def test_answers_are_for_items_of_the_premises_once_each(district, answers, sentence):
    assert_refused(district, sentence, "answers", answers=answers)


@pytest.mark.parametrize("outcome", ["no_problem", "problem", "unlicensed"])
def test_whoever_got_in_answers_every_check_item(district, outcome):
    facts = {"outcome": outcome, "problems": [ORDER] if outcome == "problem" else []}
    whole = record(district).answers
    assert len(whole) > 1

    assert_refused(district, "needs a result", "answers", answers=[], **facts)
    assert_refused(district, "needs a result", "answers", answers=whole[1:], **facts)
    submitted(district, answers=[{**answer, "result": "not_applicable"} for answer in whole], **facts)


@pytest.mark.parametrize("outcome", ["not_found", "closed", "refused"])
def test_where_nobody_got_in_nothing_need_be_answered(district, outcome):
    assert submitted(district, outcome=outcome).answers == []


@pytest.mark.parametrize(
    ("fault", "sentence", "field"),
    [
        ({"text": " "}, "Problem 2: say what was found", "text"),
        ({"text": "x" * 501}, "at most 500", "text"),
        ({"disposition": "shout"}, "what was done about it", "disposition"),
        ({"item": "shoes"}, "none of this premises", "item"),
        ({"line": "x" * 41}, "no such line", "line"),
        ({"rectify_by": TODAY - DAY}, "before the visit", "rectify_by"),
        ({"rectify_by": TODAY + 367 * DAY}, f"{TODAY + 366 * DAY} at the latest", "rectify_by"),
        ({"rectify_by": date.max}, "at the latest", "rectify_by"),
        ({"rectify_by": TODAY, "disposition": "case"}, "only an order", "rectify_by"),
    ],
)
def test_each_problem_is_whole(district, fault, sentence, field):
    problems = [ORDER, replace(ORDER, **fault)]

    assert_refused(district, sentence, f"problems.1.{field}", outcome="problem", problems=problems)


@pytest.mark.parametrize("day", [TODAY, TODAY + 366 * DAY])
def test_an_order_may_end_on_the_day_itself_and_a_year_later(district, day):
    submitted(district, outcome="problem", problems=[replace(ORDER, rectify_by=day)])

    assert Finding.objects.get().recheck.due_on == day


def test_an_unlicensed_trader_may_be_found_with_or_without_more(district):
    submitted(district, outcome="unlicensed")
    submitted(district, outcome="unlicensed", problems=[Problem(text="No licence", disposition="case")])

    assert Finding.objects.get().state == "handed_over"


def test_a_narrative_has_an_end(district):
    assert_refused(district, "4000", "narrative", narrative="x" * 4001)


def test_only_open_tasks_of_the_premises_are_covered(district):
    done, elsewhere = TaskFactory(state="done"), TaskFactory()
    Visit.objects.exclude(pk=done.visit_id).delete()

    for task in (done, elsewhere):
        with pytest.raises(BadInput, match="not open here"):
            submitted(district, tasks=[task.pk])
    assert Visit.objects.count() == 1


def test_without_a_policy_on_the_day_there_is_no_limit_of_entry(district):
    TimeLimit.objects.all().delete()

    assert_refused(district, "Load a preset first", "")


def test_a_text_is_kept_as_it_was_typed(district):
    visit = submitted(district, narrative="<script>alert(1)</script> '; DROP TABLE--")

    assert Visit.objects.get(pk=visit.pk).narrative == "<script>alert(1)</script> '; DROP TABLE--"
