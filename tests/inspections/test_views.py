from datetime import timedelta

import pytest
from django.utils import timezone, translation

from grids.models import Posting
from gridsup.errors import BadInput
from inspections.actions import assign_task
from inspections.models import InspectionTask
from subjects.actions import load_preset
from tests.certified import certified
from tests.factories import (
    DuePremisesFactory,
    LocalityFactory,
    OfficerFactory,
    PostingFactory,
    SubjectFactory,
    TaskFactory,
    noon,
)


def due(today, days, **facts):
    """A due task so many days from today."""
    return TaskFactory(due_on=today + timedelta(days=days), opens_on=today - timedelta(days=60), **facts)


def named(name, **facts):
    return DuePremisesFactory(subject=SubjectFactory(name=name, phone="13800001234"), **facts)


def test_an_officer_sees_late_visits_first_and_what_is_due_within_seven_days(as_lead, today):
    due(today, 3, premises=named("Soon shop"))
    due(today, -12, premises=named("Late shop"))
    due(today, 20, premises=named("Later shop"))

    page = as_lead.get("/today/")

    assert page.text.index("Late shop") < page.text.index("Soon shop")
    assert "12 days late" in page.text
    assert "in 3 days" in page.text
    assert "Later shop" not in page.text
    assert page.context["counts"] == {"overdue": 1, "soon": 1, "later": 1}
    assert "Later shop" in as_lead.get("/today/?show=later").text


def test_premises_of_one_street_stand_together(as_lead, today):
    streets = [LocalityFactory(code=f"61011100{n}000", name=f"Street {n}") for n in (1, 2)]
    for number in range(4):
        due(today, -number - 1, premises=named(f"Shop {number}", locality=streets[number % 2]))

    shops = [task.premises.locality.name for task in as_lead.get("/today/").context["page"]]

    assert shops == ["Street 1", "Street 1", "Street 2", "Street 2"]


def test_a_card_can_be_called_and_found_on_the_phones_own_map(as_lead, today):
    due(today, 0, premises=named("Shop", lon=109.07, lat=34.27))

    text = as_lead.get("/today/").text

    assert 'href="tel:13800001234"' in text
    assert 'href="geo:34.27,109.07"' in text


def test_visits_given_to_somebody_else_are_not_mine(as_lead, district, today):
    due(today, 0, premises=named("Given away"), assignee=district.manager)
    due(today, 0, premises=named("Next door", area_code="050102"), assignee=district.neighbour_lead)

    text = as_lead.get("/today/").text

    assert "Given away" not in text
    assert "Next door" not in text


def test_the_case_team_sees_what_was_given_to_it(client, district, today):
    team = district.by_duty["case_team"]
    client.force_login(team)
    due(today, 0, premises=named("Case shop"), assignee=team)
    due(today, 0, premises=named("Other shop"))

    text = client.get("/today/").text

    assert "Case shop" in text
    assert "Other shop" not in text


def test_one_can_search_the_round_by_street_and_name(as_lead, today):
    street = LocalityFactory()
    due(today, 0, premises=named("张三饺子馆", locality=street))
    due(today, 0, premises=named("李四超市"))

    assert [row.premises.subject.name for row in as_lead.get("/today/?q=饺子").context["page"]] == ["张三饺子馆"]
    assert len(as_lead.get(f"/today/?place={street.code}").context["page"]) == 1


@pytest.mark.parametrize("duty", ["station_chief", "grid_office", "grid_lead"])
def test_an_empty_round_says_what_to_do_next(client, district, duty):
    client.cookies["django_language"] = "en"
    client.force_login(district.by_duty[duty])

    assert "No visit is waiting for you" in client.get("/today/").text


@pytest.mark.parametrize("path", ["/today/", "/today/?show=later", "/tasks/", "/tasks/?overdue=1&area=050101"])
def test_lists_need_as_many_queries_for_thirty_rows_as_for_three(as_lead, today, path, count_queries):
    locality = LocalityFactory()
    rows = [due(today, day, premises=DuePremisesFactory(locality=locality)) for day in (-1, 2, 20)]
    few = count_queries(as_lead, path)
    for number in range(27):
        due(today, number - 9, premises=DuePremisesFactory(), assignee=rows[0].assignee)

    assert count_queries(as_lead, path) == few


@pytest.mark.parametrize(
    "query",
    [
        "area=abc", "area=0501010", "area=%D9%A0%D9%A5", "exact=1", "page=9999", "page=x", "page=-1",
        "due_to=2026-99-99", "due_from=x", "state=nothing", "reason=1", "tier=<script>", "overdue=maybe",
        "q=a", "q=%00", "q=%", "q=" + "x" * 10_000, "place=%00", "show=nothing",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/today/", "/tasks/"])
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_lead, today, path, query):
    due(today, 0)

    assert as_lead.get(f"{path}?{query}").status_code == 200


def test_what_was_not_understood_is_said(as_lead):
    assert "2, 4 or 6 digits" in as_lead.get("/tasks/?area=abc").text
    assert "There is no day 2026-99-99" in as_lead.get("/tasks/?due_to=2026-99-99").text
    assert "at most 100" in as_lead.get("/tasks/?q=" + "x" * 10_000).text


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"open", "overdue", "in time", "too late", "cancelled"}),
        ("state=done", {"in time", "too late"}),
        ("done=in_time", {"in time"}),
        ("state=counted", {"open", "overdue", "in time", "too late"}),
        ("done=late", {"too late"}),
        ("late=1", {"overdue", "too late"}),
        ("state=done&late=1", {"too late"}),
        ("late=1&due_from=2999-01-01", set()),
    ],
)
def test_tasks_done_in_time_and_late_are_told_apart(as_lead, today, query, wanted):
    due(today, 0, premises=named("open"))
    due(today, -1, premises=named("overdue"))
    due(today, -9, premises=named("cancelled"), state="cancelled")
    due(today, -9, premises=named("in time"), state="done", done_on=today - timedelta(days=9))
    due(today, -9, premises=named("too late"), state="done", done_on=today - timedelta(days=8))

    assert {task.premises.subject.name for task in as_lead.get(f"/tasks/?{query}").context["page"]} == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"late", "soon", "done"}),
        ("state=open", {"late", "soon"}),
        ("overdue=1", {"late"}),
        ("state=done", {"done"}),
        ("reason=campaign", {"soon"}),
        ("tier=low", {"soon"}),
        ("area=0502", set()),
        ("q=late", {"late"}),
    ],
)
def test_tasks_are_filtered(as_lead, today, query, wanted):
    load_preset(bureau="05", name="F", on=today, now=timezone.now())
    due(today, -1, premises=named("late"))
    due(today, 2, premises=named("soon", tier="low"), reason="campaign")
    due(today, -30, premises=named("done"), state="done")

    assert {task.premises.subject.name for task in as_lead.get(f"/tasks/?{query}").context["page"]} == wanted


def test_a_task_next_door_is_not_there(as_lead, today):
    task = due(today, 0, premises=DuePremisesFactory(area_code="050102"))

    assert as_lead.get(f"/tasks/{task.pk}/").status_code == 404
    assert as_lead.post(f"/tasks/{task.pk}/assign/", {}).status_code == 404
    assert as_lead.get(f"/tasks/{2**80}/").status_code == 404


def test_a_lead_gives_a_task_to_the_manager_of_the_grid(as_lead, district, today):
    task = due(today, 0)
    offered = as_lead.get(f"/tasks/{task.pk}/").context["assign"].fields["to"].queryset
    assert {officer.username for officer in offered} == {"lead", "manager"}  # the case team here holds no certificate

    reply = as_lead.post(f"/tasks/{task.pk}/assign/", {"to": district.manager.pk}, follow=True)

    task.refresh_from_db()
    assert task.assignee == district.manager
    assert "given out" in reply.text
    assert "Task given to manager" in reply.text


def test_a_task_is_not_given_to_somebody_without_a_post_there(as_lead, district, today):
    task = due(today, 0)

    reply = as_lead.post(f"/tasks/{task.pk}/assign/", {"to": district.neighbour_lead.pk}, follow=True)

    task.refresh_from_db()
    assert task.assignee is None
    assert "note-error" in reply.text


def test_who_is_on_leave_is_not_offered_and_gets_no_task(as_lead, district, today):
    task, post = due(today, 0), district.manager.postings.get()
    stands_in = certified(OfficerFactory(username="stands_in"))
    PostingFactory(
        officer=stands_in, duty=post.duty, area_code=post.area_code, from_day=today, to_day=today, stands_in_for=post
    )

    offered = as_lead.get(f"/tasks/{task.pk}/").context["assign"].fields["to"].queryset

    assert {officer.username for officer in offered} == {"lead", "stands_in"}
    with pytest.raises(BadInput, match="on leave until"), translation.override("en"):
        assign_task(task=task, to=district.manager, by=district.lead, now=noon(today))
    assign_task(task=task, to=stands_in, by=district.lead, now=noon(today))


def test_the_chief_cancels_a_task_with_a_reason(client, district, today):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    task = due(today, 0, reason="campaign", plan=None)
    assert "note-error" in client.post(f"/tasks/{task.pk}/cancel/", {"why": ""}, follow=True).text

    reply = client.post(f"/tasks/{task.pk}/cancel/", {"why": "Closed for the winter"}, follow=True)

    task.refresh_from_db()
    assert task.state == InspectionTask.State.CANCELLED
    assert "Closed for the winter" in reply.text
    assert "note-error" in client.post(f"/tasks/{task.pk}/cancel/", {"why": "again"}, follow=True).text


def test_buttons_stand_only_where_the_duty_permits_the_move(client, district, today):
    task = due(today, 0)
    for duty, assign, cancel in [("grid_lead", True, False), ("manager", False, False), ("station_chief", True, True)]:
        client.force_login(district.by_duty[duty])
        text = client.get(f"/tasks/{task.pk}/").text
        assert ("/assign/" in text, "/cancel/" in text) == (assign, cancel), duty


def test_a_task_names_who_holds_the_grid_and_says_when_nobody_does(as_lead, district, today):
    task = due(today, 0)
    assert "lead" in as_lead.get(f"/tasks/{task.pk}/").text
    Posting.objects.filter(area_code="050101").update(to_day=today - timedelta(days=1))
    client = as_lead
    client.force_login(district.chief)

    assert "nobody is posted there today" in client.get(f"/tasks/{task.pk}/").text


def test_the_address_of_a_move_leads_back_to_the_task_when_it_is_only_opened(as_lead, today):
    task = due(today, 0)

    assert as_lead.get(f"/tasks/{task.pk}/assign/").url == f"/tasks/{task.pk}/"
    assert not task.events.exists()


def test_an_officer_of_another_bureau_finds_no_task_here(client, district, today):
    task = due(today, 0)
    client.force_login(district.outsider)

    assert client.get(f"/tasks/{task.pk}/").status_code == 404
    assert not client.get("/tasks/").context["page"].paginator.count
    assert OfficerFactory().current_postings == []
