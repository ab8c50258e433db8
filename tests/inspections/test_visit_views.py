import re
from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.actions import return_visit
from inspections.models import Visit
from tests.factories import (
    TODAY,
    DuePremisesFactory,
    FindingFactory,
    PhotoFactory,
    SubjectFactory,
    TaskFactory,
    VisitFactory,
)
from tests.forms import Opened
from tests.visits import load_policy

DAY = timedelta(days=1)


def named(name, **facts):
    return DuePremisesFactory(subject=SubjectFactory(name=name), **facts)


def of(district, name="Shop", **facts):
    """A record of lead and manager."""
    people = {"lead": district.lead, "partner": district.manager}
    return VisitFactory(**{"premises": named(name), **people, **facts})


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"fine", "wrong", "old", "elsewhere"}),
        ("area=050101", {"fine", "wrong", "old"}),
        ("area=0501&exact=1", set()),
        ("state=archived", {"old"}),
        ("outcome=problem", {"wrong"}),
        ("q=fine", {"fine"}),
        ("q=neighbour", {"elsewhere"}),
        (f"from={TODAY}", {"fine", "wrong", "elsewhere"}),
        (f"to={TODAY - DAY}", {"old"}),
    ],
)
def test_visits_are_filtered(as_chief, district, query, wanted):
    of(district, "fine")
    of(district, "wrong", outcome="problem")
    of(district, "old", state="archived", visited_on=TODAY - DAY)
    of(district, premises=named("elsewhere", area_code="050102"), lead=district.neighbour_lead)
    of(district, "aside", state="draft")

    assert {visit.premises.subject.name for visit in as_chief.get(f"/visits/?{query}").context["page"]} == wanted


@pytest.mark.parametrize("path", ["/visits/", "/findings/", "/visits/review/"])
def test_lists_need_as_many_queries_for_thirty_rows_as_for_three(as_chief, path, count_queries):
    FindingFactory.create_batch(3)
    VisitFactory.create_batch(3)
    few = count_queries(as_chief, path)
    FindingFactory.create_batch(27)
    VisitFactory.create_batch(27)

    assert count_queries(as_chief, path) == few


@pytest.mark.parametrize("path", ["/visits/", "/findings/"])
@pytest.mark.parametrize(
    "query", ["area=abc", "from=x", "to=2026-99-99", "state=draft", "outcome=1", "q=%00", "page=x"]
)
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_chief, district, path, query):
    FindingFactory()

    assert as_chief.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["/visits/", "/findings/", "/visits/review/"])
def test_an_empty_list_says_what_comes_next(as_chief, path):
    text = as_chief.get(path).text

    assert any(words in text for words in ("has been recorded", "come from visits", "waits for you"))


def test_a_record_is_shown_as_it_was_filed(as_chief, district):
    visit = of(district, outcome="problem", narrative="<b>Rain</b>", answers=[
        {"code": "a", "line": "x", "text": "Licence", "result": "problem"},
    ])  # fmt: skip
    finding = FindingFactory(visit=visit, text="No licence on the wall")
    task = TaskFactory(premises=visit.premises, state="done", visit=visit, due_on=TODAY - DAY, done_on=TODAY)

    text = as_chief.get(f"/visits/{visit.pk}/").text

    for words in ("lead", "manager", "Licence", "No licence on the wall", "&lt;b&gt;Rain", f"/tasks/{task.pk}/"):
        assert words in text
    assert f"/findings/{finding.pk}/" in text


def test_who_comes_from_elsewhere_finds_no_record_no_finding_and_no_photo(client, district):
    finding, photo = FindingFactory(), PhotoFactory()
    for who in (district.far_chief, district.outsider, district.neighbour_lead):
        client.force_login(who)
        for path in (f"/visits/{finding.visit_id}/", f"/findings/{finding.pk}/", f"/visits/photos/{photo.pk}/"):
            assert client.get(path).status_code == 404


def test_the_photos_of_the_version_before_stand_beside_the_new_one(as_chief, district):
    photo = PhotoFactory(visit__state="returned")
    again = VisitFactory(premises=photo.visit.premises, corrects=photo.visit, version=2)

    assert f'src="/visits/photos/{photo.pk}/"' in as_chief.get(f"/visits/{again.pk}/").text
    assert not as_chief.get(f"/visits/{photo.visit_id}/").context["earlier_photos"]


def test_a_photo_is_handed_out_as_a_file_that_no_browser_interprets_or_keeps(as_chief, district):
    reply = as_chief.get(f"/visits/photos/{PhotoFactory().pk}/")

    assert reply.content == b"photo"
    assert reply["Content-Type"] == "image/jpeg"
    assert reply["Content-Disposition"].startswith("attachment")
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in reply["Cache-Control"]


def test_a_photo_whose_file_is_gone_is_not_there(as_chief, district):
    photo = PhotoFactory()
    photo.file.storage.delete(photo.file.name)

    assert as_chief.get(f"/visits/photos/{photo.pk}/").status_code == 404


def test_no_address_leads_to_the_files_themselves(as_chief, district):
    photo = PhotoFactory()

    for path in (f"/media/{photo.file.name}", f"/{photo.file.name}", f"/static/{photo.file.name}"):
        assert as_chief.get(path).status_code == 404


def test_the_chief_archives_many_without_a_problem_with_one_button(as_chief, district):
    fine = [of(district, f"Fine {n}") for n in range(3)]
    wrong = of(district, "Wrong", outcome="problem")
    page = as_chief.get("/visits/review/")
    assert [visit.pk for visit in page.context["with_problem"]] == [wrong.pk]

    reply = as_chief.post("/visits/review/", {"visits": [fine[0].pk, fine[1].pk, wrong.pk, "x", "9" * 40]}, follow=True)

    assert "2 records archived" in reply.text
    assert "decided on meanwhile" in reply.text
    assert set(Visit.objects.filter(state="archived").values_list("pk", flat=True)) == {fine[0].pk, fine[1].pk}


def test_a_page_left_open_archives_nothing_and_says_so(as_chief, district):
    done = of(district)
    Visit.objects.filter(pk=done.pk).update(state="archived", reviewed_by=district.chief, reviewed_at=timezone.now())

    stale = as_chief.post("/visits/review/", {"visits": [done.pk]}, follow=True).text
    empty = as_chief.post("/visits/review/", {}, follow=True).text

    assert 'note-warning" role="status">None of them waits any more' in stale
    assert 'note-warning" role="status">No record was ticked' in empty
    assert "note-success" not in stale + empty


@pytest.mark.parametrize("to", ["archived", "returned"])
def test_the_answer_to_a_decision_names_the_record_it_was_made_on(as_chief, district, to):
    first, _second = (of(district, name, outcome="problem") for name in ("First", "Second"))

    text = as_chief.post(f"/visits/{first.pk}/{to}/", {"next": 1, "why": "Say more."}, follow=True).text

    assert "<h1>Second" in text
    assert f"The record of First of {first.visited_on} is {to}" in text


def test_the_chief_does_not_find_own_records_or_those_of_another_station(client, district):
    of(district, premises=named("Far", area_code="050201"))
    own = of(district, "Own", lead=district.chief)
    client.force_login(district.chief)

    assert not client.get("/visits/review/").context["page"].paginator.count
    client.post("/visits/review/", {"visits": own.pk})
    assert "/archived/" not in client.get(own.get_absolute_url()).text

    own.refresh_from_db()
    assert own.state == "submitted"


def test_buttons_of_a_decision_stand_only_where_it_may_be_made(client, district):
    visit = of(district)
    for who, may in ((district.chief, True), (district.lead, False), (district.district_office, False)):
        client.force_login(who)
        assert ("/archived/" in client.get(f"/visits/{visit.pk}/").text) == may


@pytest.mark.parametrize(
    ("who", "outcome", "facts", "is_told"),
    [
        ("chief", "closed", {}, True),
        ("chief", "not_found", {"last_visited_on": TODAY}, True),
        ("chief", "refused", {}, False),
        ("chief", "closed", {"status": "closed"}, False),
        ("chief", "closed", {"last_visited_on": TODAY + DAY}, False),  # found at work since
        ("lead", "closed", {}, False),
    ],
)
def test_whoever_corrects_the_ledger_is_told_where_it_lags_behind_a_record(
    client, district, who, outcome, facts, is_told
):
    visit = of(district, premises=named("Gone", **facts), outcome=outcome)
    client.cookies["django_language"] = "en"
    client.force_login(getattr(district, who))

    text = client.get(visit.get_absolute_url()).text

    assert ("still carries the premises as in business" in text) is is_told
    assert (f'href="/premises/{visit.premises_id}/">The premises in the ledger' in text) is is_told


def test_after_a_decision_the_next_record_with_a_problem_opens(as_chief, district):
    first, second = (of(district, name, outcome="problem") for name in ("First", "Second"))

    reply = as_chief.post(f"/visits/{first.pk}/archived/", {"next": 1})

    assert reply.url == f"/visits/{second.pk}/"
    assert as_chief.post(f"/visits/{second.pk}/archived/", {"next": 1}).url == "/visits/review/"


def test_a_record_goes_back_with_a_reason_and_comes_again_as_a_new_version(as_chief, district):
    load_policy()
    visit = of(district, outcome="problem")
    FindingFactory(visit=visit, text="Unclear")
    as_chief.post(f"/visits/{visit.pk}/returned/", {"why": "Say more.", "more": "Which goods?"})
    as_chief.force_login(district.lead)
    today = as_chief.get("/today/").text
    assert "Say more. Which goods?" in today
    form = Opened(as_chief, f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}")
    assert form.values["text-extra-0"] == ["Unclear"]

    form.fill(**{"text-extra-0": "Milk past its date"}).send()

    again = Visit.objects.get(corrects=visit)
    assert (again.version, again.state, again.findings.get().text) == (2, "submitted", "Milk past its date")
    assert visit.findings.get().state == "withdrawn"
    assert not as_chief.get("/today/").context["returned"]
    assert f"/visits/{visit.pk}/" in as_chief.get(again.get_absolute_url()).text
    assert [row.pk for row in as_chief.get("/visits/").context["page"]] == [again.pk]


def returned(district, **facts):
    visit = of(district, **facts)
    return return_visit(visit=visit, why="Again", by=district.chief, now=timezone.now())


def test_a_return_needs_a_reason(as_chief, district):
    visit = of(district)

    reply = as_chief.post(f"/visits/{visit.pk}/returned/", {"why": " "}, follow=True)

    assert "A reason is needed" in reply.text
    assert Visit.objects.get().state == "submitted"


@pytest.mark.parametrize("to", ["archived", "returned"])
def test_the_second_of_two_who_decide_is_told(as_chief, district, to):
    visit = returned(district)

    reply = as_chief.post(f"/visits/{visit.pk}/{to}/", {"why": "Once more"}, follow=True)

    assert "note-error" in reply.text
    assert visit.events.filter(what="state").count() == 1


def test_the_partner_corrects_a_returned_record_too(as_chief, district):
    load_policy()
    visit = returned(district)
    as_chief.force_login(district.manager)

    form = Opened(as_chief, f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}")
    assert form.values["partner"] == [str(district.lead.pk)]
    form.send()

    assert Visit.objects.get(corrects=visit).lead == district.manager


def test_a_correction_that_was_put_aside_is_taken_up_again_and_stays_returned(as_chief, district):
    load_policy()
    visit = returned(district)
    as_chief.force_login(district.lead)
    correct = f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}"
    form = Opened(as_chief, correct).fill(narrative="Half")
    page = form.send("aside")
    assert [row.pk for row in page.context["returned"]] == [visit.pk]
    assert not page.context["aside"]
    assert [row.pk for row in as_chief.get("/visits/").context["page"]] == [visit.pk]

    again = Opened(as_chief, correct)

    assert (again.values["narrative"], again.values["client_id"]) == (["Half"], form.values["client_id"])


def test_two_who_correct_the_same_record_the_second_keeps_what_was_typed(client, district):
    load_policy()
    client.cookies["django_language"] = "en"
    visit = returned(district)
    correct = f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}"
    client.force_login(district.lead)
    slow = Opened(client, correct).fill(narrative="Slow")
    client.force_login(district.manager)
    Opened(client, correct).send()
    client.force_login(district.lead)
    slow.values["csrfmiddlewaretoken"] = [""]

    slow.read(slow.send())

    assert "note-error" in slow.page.text
    assert slow.values["narrative"] == ["Slow"]
    assert Visit.objects.filter(corrects=visit).count() == 1


def test_a_record_that_was_not_returned_is_not_corrected(as_chief, district):
    load_policy()
    visit = of(district)
    as_chief.force_login(district.lead)

    assert as_chief.get(f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}").status_code == 404


@pytest.mark.parametrize("path", ["visits/{}/archived/", "visits/{}/returned/", "visits/{}/drop/"])
def test_the_address_of_a_decision_leads_back_when_it_is_only_opened(client, district, path):
    client.force_login(district.lead)
    visit = of(district)

    assert client.get(f"/{path.format(visit.pk)}").status_code == 302
    assert not visit.events.exists()


def test_the_file_of_the_premises_tells_of_its_visits_and_findings(as_chief, district):
    visit = returned(district, outcome="problem")
    FindingFactory(visit=visit, text="A finding here")

    text = as_chief.get(visit.premises.get_absolute_url()).text

    assert "A finding here" in text
    assert "Record of a visit returned" in text
    assert f'href="/visits/{visit.pk}/"' in text


def test_the_page_where_one_is_is_marked_once(as_chief, district):
    for path in ("/visits/review/", "/visits/"):
        for bar in ("top-nav", "bottom-nav"):  # in a window, and on a phone
            entries = as_chief.get(path).text.partition(f'class="{bar}"')[2].partition("</nav>")[0]
            marked = re.findall(r'href="([^"]+)"[^>]* aria-current="page"', entries)
            assert marked == [path]


def test_what_waits_for_the_chief_stands_on_the_first_page(as_chief, district):
    of(district)
    for state in ("open", "escalated", "case_returned"):
        FindingFactory(state=state, visit__state="archived")

    text = as_chief.get("/admin/").text

    for address in ("/visits/review/", "/findings/?state=open", "?state=escalated", "?state=case_returned"):
        assert f'{address}"' in text, address
    as_chief.force_login(district.district_office)
    assert "?state=escalated" not in as_chief.get("/admin/").text


def test_the_case_team_sees_what_was_handed_to_it(client, district):
    FindingFactory(state="handed_over")
    for who, seen in ((district.by_duty["case_team"], True), (district.lead, False)):
        client.force_login(who)
        assert ("?state=handed_over" in client.get("/today/").text) == seen
