from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from grids.actions import close_account, end_posting, reopen_account, stand_in
from grids.models import Officer, Posting
from grids.permissions import AREA_LENGTHS
from gridsup.audit.models import AuditEntry
from tests.certified import certified
from tests.factories import OfficerFactory, PostingFactory, TaskFactory
from tests.style.routes import client_of

TODAY = timezone.localdate()


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def listed(client, query=""):
    return {person.username for person in client.get(f"/people/?{query}").context["page"]}


def test_a_chief_sees_the_people_of_the_own_station(as_chief):
    assert listed(as_chief, "area=050101") >= {"lead", "manager"}
    assert "farchief" not in listed(as_chief)


def test_people_are_filtered(as_chief, district):
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to=TODAY - timedelta(days=1))
    Officer.objects.filter(pk=district.neighbour_lead.pk).update(is_active=False)

    assert listed(as_chief, "q=manager") == {"manager"}
    assert listed(as_chief, "duty=grid_lead") == {"lead"}
    assert listed(as_chief, "certificate=ending") == {"manager"}
    assert listed(as_chief, "certificate=valid") == {"lead"}
    assert listed(as_chief, "show=posted_closed") == {"neighbour"}


def test_the_list_takes_as_many_queries_for_thirty_as_for_three(as_chief, count_queries):
    few = count_queries(as_chief, "/people/")
    for number in range(27):
        PostingFactory(officer=OfficerFactory(username=f"more{number}"), duty="manager", area_code="050102")

    assert count_queries(as_chief, "/people/") == few


def test_the_administrator_sees_an_account_and_not_the_person(district):
    Officer.objects.filter(pk=district.lead.pk).update(phone="13800001234")
    client = client_of(district.by_duty["system_admin"])

    page = client.get(f"/people/{district.lead.pk}/").content.decode()

    assert "lead" in page
    assert "13800001234" not in page
    assert "S-1" not in page


def test_a_chief_gives_leave_and_ends_it_early_from_the_pages(as_chief, district):
    post = district.lead.postings.get()
    last = TODAY + timedelta(days=9)

    answer = as_chief.post(
        f"/posts/{post.pk}/substitute/",
        {"officer": certified(district.neighbour_lead).pk, "from_day": str(TODAY), "to_day": str(last)},
    )
    assert answer["Location"] == f"/people/{district.lead.pk}/"
    substitute = Posting.objects.get(stands_in_for=post)
    on_leave = as_chief.get("/people/leave/").content.decode()
    as_chief.post(f"/posts/{substitute.pk}/end/", {"to_day": str(TODAY)})

    assert "neighbour stands in" in on_leave
    assert Posting.objects.get(pk=substitute.pk).to_day == TODAY


@pytest.mark.parametrize("path", ["/posts/{}/substitute/", "/admin/grids/posting/{}/step/substitute/"])
def test_who_is_on_leave_is_offered_by_no_page_and_refused_in_words(as_chief, district, path):
    post, days = district.lead.postings.get(), {"from_day": TODAY, "to_day": TODAY + timedelta(days=9)}
    stand_in(posting=post, officer=certified(district.neighbour_lead), **days, now=timezone.now())
    path = path.format(district.manager.postings.get().pk)
    option = f'<option value="{district.lead.pk}"'

    shown = as_chief.get(path).content.decode()
    refused = as_chief.post(path, {"step": 1, "officer": district.lead.pk, **days}).content.decode()
    later = {"from_day": TODAY + timedelta(days=10), "to_day": TODAY + timedelta(days=12)}
    offered = as_chief.post(path, {"step": 1, "officer": "", **later}).content.decode()

    assert option not in shown
    assert f"lead is on leave from {days['from_day']} to {days['to_day']}, and neighbour stands in" in refused
    assert option in offered
    assert not Posting.objects.substitutions().filter(officer=district.lead).exists()


def test_where_somebody_stands_in_is_told_before_leave_is_given(as_chief, district):
    days = {"from_day": TODAY + timedelta(days=2), "to_day": TODAY + timedelta(days=9)}
    post = district.lead.postings.get()
    stand_in(posting=post, officer=certified(district.neighbour_lead), **days, now=timezone.now())

    page = as_chief.get(f"/posts/{district.neighbour_lead.postings.get(stands_in_for=None).pk}/substitute/").text

    assert f"not on leave then: 050101 {days['from_day']}–{days['to_day']}" in page
    assert "Stands in elsewhere" not in as_chief.get(f"/posts/{post.pk}/substitute/").text


def test_a_refusal_stands_at_its_field(as_chief, district):
    post = district.lead.postings.get()

    page = as_chief.post(f"/posts/{post.pk}/end/", {"to_day": "2019-01-01"})

    assert "to_day" in page.context["form"].errors
    assert Posting.objects.get(pk=post.pk).to_day is None


def test_what_happened_to_posts_is_told_in_words_on_the_person_and_on_the_area(as_chief, district):
    end_posting(posting=district.lead.postings.get(), on=TODAY, by=district.chief, now=timezone.now(), why="moved away")

    for path in (f"/people/{district.lead.pk}/", "/people/area/050101/"):
        (entry,) = as_chief.get(path).context["entries"]
        assert (entry.what, entry.by) == (f"post ended, last day: {TODAY}", "chief")
        assert entry.detail.endswith("Grid lead · 050101 · moved away")


def test_who_was_away_is_told_who_stood_in(as_chief, district):
    stand_in(
        posting=district.lead.postings.get(), officer=certified(district.nobody), from_day=TODAY, to_day=TODAY,
        by=district.chief, now=timezone.now(),
    )  # fmt: skip

    (entry,) = as_chief.get(f"/people/{district.lead.pk}/").context["entries"]

    assert (entry.what, entry.detail) == (f"stands in, from: {TODAY}", "nobody · Grid lead · 050101")


def test_a_closed_account_holds_no_post_after_its_last_day(as_chief, district):
    keeper, last = district.by_duty["system_admin"], TODAY - timedelta(days=3)
    close_account(officer=district.lead, why="left", on=last, by=keeper, now=timezone.now())

    def held(day):
        page = as_chief.get(f"/people/area/050101/?on={day}")
        return [[post.officer.username for post in page.context[name]] for name in ("people", "others")]

    assert "lead" in held(last)[0]
    after = held(last + timedelta(days=1))
    assert ("lead" in after[0], "lead" in after[1]) == (False, True)
    assert f"account closed, last day {last}" in as_chief.get("/people/area/050101/").text
    reopen_account(officer=district.lead, by=keeper, now=timezone.now())
    assert "lead" in held(TODAY)[0]


def test_a_chief_is_offered_duties_and_areas_to_give_alone(as_chief, district):
    form = as_chief.get(f"/people/{district.lead.pk}/post/").context["form"]

    offered = {name: {value for value, _label in form.fields[name].choices} for name in ("duty", "area_code")}

    assert offered["area_code"] == {"0501", "050101", "050102"}
    assert offered["duty"].isdisjoint({"system_admin", "security_admin", "auditor"})
    assert offered["duty"].isdisjoint({duty.value for duty, lengths in AREA_LENGTHS.items() if max(lengths) < 4})
    assert "manager" in offered["duty"]
    assert form.fields["duty"].choices[0][0] == ""  # none is chosen before somebody chooses


def test_a_post_to_come_is_a_post(as_chief, district):
    first = TODAY + timedelta(days=5)
    Posting.objects.filter(officer=district.manager).update(from_day=first)

    assert "manager" not in listed(as_chief, "show=unposted")
    assert f"from {first}" in as_chief.get("/people/?q=manager").text


def test_work_of_the_area_can_be_opened(as_chief, district):
    task = TaskFactory(assignee=None)

    page = as_chief.get(f"/people/{district.lead.pk}/")

    assert f"/tasks/{task.pk}/" in page.text


def test_an_area_says_who_was_responsible_on_any_day(as_chief, district):
    stand_in(
        posting=district.lead.postings.get(), officer=certified(district.nobody), from_day=date(2026, 3, 2),
        to_day=date(2026, 3, 6), now=timezone.now(),
    )  # fmt: skip

    away = as_chief.get("/people/area/050101/?on=2026-03-06").content.decode()
    back = as_chief.get("/people/area/050101/?on=2026-03-07")

    assert "on leave: nobody stands in until 2026-03-06" in away
    assert [post.officer.username for post in back.context["people"]] == ["lead", "manager", "chief", "head"]
    for wrong in ("050201", "0599", "abc", "060101"):
        assert as_chief.get(f"/people/area/{wrong}/").status_code == 404


def test_the_end_of_a_post_hands_the_work_over_where_the_successor_may_do_it(as_chief, district):
    task = TaskFactory(assignee=district.manager)
    post = district.manager.postings.get()

    as_chief.post(f"/posts/{post.pk}/end/", {"to_day": str(TODAY), "to": district.lead.pk})

    task.refresh_from_db()
    assert task.assignee == district.lead


def test_the_administrator_invites_and_the_link_is_shown_once(district):
    client = client_of(district.by_duty["system_admin"])
    body = {"bureau": district.bureau.pk, "username": "newcomer", "name": "网格员"}

    page = client.post("/people/new/", body, follow=True)

    person = Officer.objects.get(username="newcomer")
    assert page.redirect_chain == [(f"/people/{person.pk}/invite/", 302)]
    assert "/invitation/" in page.text
    assert "/invitation/" not in client.get(f"/people/{person.pk}/").content.decode()
    again = client.post("/people/new/", body)
    assert "username" in again.context["form"].errors


def test_a_reload_after_an_invitation_makes_no_other_one_and_says_which_stands(district):
    client, person = client_of(district.by_duty["system_admin"]), district.lead
    client.cookies["django_language"] = "en"
    address = f"/people/{person.pk}/invite/"

    posted = client.post(address)
    carried = client.cookies["once"]
    page = client.get(posted["Location"])
    again = client.get(posted["Location"])

    link = page.context["once"]["path"]
    assert (posted["Location"], carried["path"], carried["httponly"]) == (address, address, True)
    assert person.invitations.count() == 1
    assert link not in again.text
    assert "A link made on" in again.text
    assert "is open until" in again.text
    assert client.get(link).status_code == 200
    assert person.invitations.get().key_hash not in again.text
    kept = [*(session.get_decoded() for session in Session.objects.all()), *AuditEntry.objects.values()]
    assert link.split("/")[2] not in str(kept)


def test_what_is_shown_once_is_shown_to_nobody_else(district):
    client = client_of(district.by_duty["system_admin"])
    posted = client.post(f"/people/{district.lead.pk}/invite/")
    other = client_of(OfficerFactory(username="second"))
    PostingFactory(officer=Officer.objects.get(username="second"), duty="system_admin", area_code="05")
    other.cookies["once"] = client.cookies["once"].value

    assert other.get(posted["Location"]).context["once"] == {}


def test_a_step_that_somebody_took_first_says_so_and_keeps_what_was_typed(as_chief, district):
    path = f"/posts/{district.manager.postings.get().pk}/end/"
    end_posting(posting=district.manager.postings.get(), on=TODAY - timedelta(days=1), now=timezone.now())

    sent = as_chief.post(path, {"to_day": str(TODAY), "why": "moves on", "to": ""})
    opened = as_chief.get(path, follow=True)

    assert (sent.status_code, sent.context["form"]["why"].value()) == (200, "moves on")
    assert sent.context["form"].non_field_errors() == ["This post has its last day already."]
    assert opened.redirect_chain == [(f"/people/{district.manager.pk}/", 302)]
    assert "cannot be done any more" in opened.content.decode()


def test_work_that_somebody_handed_over_first_is_not_asked_for_again(as_chief, district):
    path = f"/people/{district.manager.pk}/work/"
    TaskFactory(area_code="050101")

    page, sent = as_chief.get(path), as_chief.post(path, {"to": district.lead.pk}, follow=True)

    assert "there is nothing to hand over" in page.content.decode()
    assert "<select" not in page.content.decode().split("<main")[1]
    assert "somebody else handed it over" in sent.content.decode()


def test_a_step_that_is_not_offered_is_forbidden(as_chief, district):
    assert as_chief.get(f"/people/{district.lead.pk}/close/").status_code == 403
    assert as_chief.post(f"/people/{district.lead.pk}/close/", {"on": str(TODAY), "why": "x"}).status_code == 403
    assert as_chief.get(f"/people/{district.lead.pk}/dance/").status_code == 404
    assert as_chief.get(f"/posts/{district.far_chief.postings.get().pk}/end/").status_code == 404
