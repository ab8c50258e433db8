"""What an entry calls the row, the step and the reason: on pages, in the API and in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from grids.models import Officer
from gridsup.models import AuditEntry
from tests.conftest import posted
from tests.factories import ComplaintFactory, LetterFactory
from tests.style.routes import client_of

TODAY = timezone.localdate()


@pytest.fixture
def office(district):
    return client_of(district.by_duty["grid_office"])


@pytest.fixture
def keeper(district):
    return client_of(district.by_duty["system_admin"])


def last():
    """Outcome, kind, step, name and reason of the newest entry."""
    entry = AuditEntry.objects.latest("pk")
    return entry.outcome, entry.model, entry.step, entry.named, entry.why


def test_the_end_of_a_post_says_whose_post_ended_and_why(office, district):
    post = district.lead.postings.get()

    office.post(f"/posts/{post.pk}/end/", {"to_day": TODAY, "why": "Transferred"})

    assert last() == ("done", "grids.Posting", "end", f"050101 网格长: {district.lead}", "Transferred")


def test_a_new_post_says_who_got_which(office, district):
    given, person = {"duty": "supervisor", "area_code": "050102", "from_day": TODAY}, district.neighbour_lead

    office.post(f"/people/{person.pk}/post/", given)

    duty = person.postings.latest("pk").get_duty_display()
    assert last() == ("done", "grids.Officer", "post", f"{person}; 050102 {duty}: {person}", "")


def test_a_refused_step_names_its_row_too_and_keeps_no_reason(office, district):
    office.post(f"/posts/{district.lead.postings.get().pk}/end/", {"to_day": "never", "why": "Transferred"})

    assert last() == ("answered", "grids.Posting", "end", f"050101 网格长: {district.lead}", "")


def test_an_invitation_that_was_made_is_done_and_one_that_was_refused_is_not(keeper, district):
    given = {"bureau": district.bureau.pk, "username": "new05", "name": "张三"}

    keeper.post("/people/new/", given)
    assert last()[:4] == ("done", "grids.Officer", "", "张三")
    keeper.post("/people/new/", given)
    assert last()[:4] == ("answered", "", "", "")


def test_inviting_again_is_done_though_the_link_is_shown_in_the_answer(keeper, district):
    person = district.lead
    Officer.objects.filter(pk=person.pk).update(bureau=district.bureau)

    keeper.post(f"/people/{person.pk}/invite/")

    assert last()[:4] == ("done", "grids.Officer", "invite", str(person))


def test_letters_that_were_signed_are_named_one_by_one(office, district):
    letters = [
        LetterFactory(holder=person.postings.get(), giver=district.chief.postings.get())
        for person in (district.lead, district.neighbour_lead)
    ]

    office.post("/letters/sign/", {"letters": [one.pk for one in letters], "signed_on": TODAY, "year": letters[0].year})

    outcome, kind, _step, named, _why = last()
    assert (outcome, kind, named) == ("done", "grids.ResponsibilityLetter", "; ".join(map(str, letters)))
    assert AuditEntry.objects.latest("pk").area_code == "0501"


def test_the_api_says_the_step_and_the_reason(office, district):
    post = district.lead.postings.get()
    body = {"to_day": str(TODAY), "why": "Transferred"}

    office.post(f"/api/v1/postings/{post.pk}/end/", body, content_type="application/json")

    assert last()[1:] == ("grids.Posting", "end", f"050101 网格长: {district.lead}", "Transferred")


def test_the_admin_names_what_it_made_and_what_was_ticked(office, district):
    post = district.lead.postings.get()
    person = district.neighbour_lead
    given = {"officer": person.pk, "duty": "supervisor", "area_code": "050102", "from_day": TODAY}

    office.post(reverse("admin:grids_posting_new_post"), given)
    made = person.postings.latest("pk")
    assert last()[:4] == ("done", "grids.Posting", "post", f"050102 {made.get_duty_display()}: {person}")
    assert AuditEntry.objects.latest("pk").row == str(made.pk)
    step = reverse("admin:grids_posting_step_end", args=[post.pk])
    office.post(step, {"to_day": TODAY + timedelta(days=1), "on": TODAY + timedelta(days=1), "why": "Transferred"})
    assert last()[1:] == ("grids.Posting", "end", f"050101 网格长: {district.lead}", "Transferred")


def test_a_station_and_a_bureau_are_named_as_well_as_a_grid(office):
    for code in ("05", "0501", "050101"):
        office.get(f"/people/area/{code}/")

    assert [*AuditEntry.objects.order_by("pk").values_list("row", flat=True)] == ["05", "0501", "050101"]
    kinds = AuditEntry.objects.order_by("pk").values_list("model", "named", "area_code")
    assert [kind[0] for kind in kinds] == ["grids.Bureau", "grids.Station", "grids.Grid"]
    assert all(named.startswith(code) for _kind, named, code in kinds)


def test_an_area_has_one_key_by_whatever_door(office, district):
    address = f"/api/v1/grids/{district.grid.pk}/"

    office.get("/people/area/050101/")
    office.post(address, content_type="application/json")
    office.post(reverse("admin:grids_grid_change", args=[district.grid.pk]))

    assert {*AuditEntry.objects.values_list("model", "row")} == {("grids.Grid", "050101")}


def test_a_reason_on_a_complaint_stays_with_the_complaint(district):
    complaint = ComplaintFactory(area_code="0501")

    sent = {"why": "Told by Ms Li", "state": complaint.state, "refusal": Complaint.Refusal.values[0]}
    client_of(district.by_duty["duty_desk"]).post(f"/complaints/{complaint.pk}/to/refused/", sent)

    entry = AuditEntry.objects.get()
    assert complaint.events.get(new="refused").why == "Told by Ms Li"
    assert (entry.row, entry.named, entry.step, entry.why) == (str(complaint.pk), complaint.number, "refused", "")


def test_an_administrator_is_named_with_the_duty_that_was_given(district):
    Officer.objects.filter(pk=district.nobody.pk).update(bureau=district.bureau)
    given = {"account": district.nobody.username, "duty": "auditor", "from_day": TODAY, "why": "New"}

    client_of(district.by_duty["security_admin"]).post("/access/post/", given)

    assert last()[:4] == ("done", "grids.Posting", "", f"05 审计员: {district.nobody}")


def test_what_one_does_with_ones_own_account_names_the_account(district):
    client_of(district.lead).post("/account/tokens/", {"name": "Phone", "days": 30})

    assert last()[1] == "grids.Officer"
    assert last()[3] == str(district.lead)


@pytest.mark.parametrize(
    ("path", "area", "named"),
    [
        ("/ledgers/people/?area=0501&on=2026-11-28", "0501", "网格人员台账 0501 2026-11-28"),
        ("/ledgers/subjects/?area=050101&on=2026-11-28", "050101", "监管对象台账 050101 2026-11-28"),
        ("/ledgers/?area=0501&on=2026-11-28", "0501", "四本台账 0501 2026-11-28"),
        ("/api/v1/ledgers/people?area=0501&on=2026-11-28", "0501", "网格人员台账 0501 2026-11-28"),
        ("/staffing/?area=0501", "0501", f"人员配置 0501 {TODAY}"),
        ("/letters/?area=0501", "0501", f"{TODAY.year} 责任书 0501"),
    ],
)
def test_who_looks_at_a_list_of_people_or_subjects_leaves_a_trace_of_which(office, path, area, named):
    assert office.get(path).status_code == 200

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome, entry.area_code) == ("view", "done", area)
    assert entry.named == named


def test_a_file_of_a_ledger_says_which_of_what_area_and_day(office):
    reply = office.get("/ledgers/people/xlsx/?area=0501&on=2026-11-28")
    b"".join(reply.streaming_content)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.named, entry.area_code) == ("export", "网格人员台账 0501 2026-11-28", "0501")


def test_a_bundle_of_letters_says_of_which_year_and_area(office, district):
    LetterFactory(holder=district.lead.postings.get(), giver=district.chief.postings.get())

    reply = office.get("/letters/all.zip?area=0501")
    b"".join(reply.streaming_content)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.area_code) == ("export", "0501")
    assert entry.named.endswith("0501")


def test_the_trace_of_a_list_costs_the_same_for_many_rows(office, district, count_queries):
    few = count_queries(office, "/ledgers/people/")
    for number in range(20):
        posted(f"further{number}", "manager", "050101")

    assert count_queries(office, "/ledgers/people/") == few
