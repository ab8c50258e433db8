from datetime import timedelta

import pytest
from django.utils import timezone

from grids.models import Officer
from inspections.models import Finding, InspectionTask, Visit
from subjects.models import CheckItem, Premises
from tests.certified import certified
from tests.factories import FindingFactory, OfficerFactory, PostingFactory, TaskFactory, VisitFactory
from tests.forms import Opened, photo
from tests.visits import shop

ITEM = "subject_qualification"


def path(premises, query=""):
    return f"/premises/{premises.pk}/visit/{query}"


def opened(client, premises, query=""):
    return Opened(client, path(premises, query))


def test_a_visit_without_a_problem_is_handed_in_as_the_form_stands(as_lead, district, premises, today):
    reply = opened(as_lead, premises).send()

    visit = Visit.objects.get()
    assert reply.redirect_chain[-1][0] == f"/visits/{visit.pk}/"
    assert (visit.outcome, visit.state, visit.visited_on) == ("no_problem", "submitted", today)
    assert (visit.lead, visit.partner) == (district.lead, district.manager)
    assert visit.answers[0]["result"] == "ok"
    assert premises.tasks.get().state == "done"
    assert Premises.objects.get(pk=premises.pk).next_due_on > today


def test_the_form_is_reached_with_one_tap_from_today_a_task_and_the_file(as_lead, premises):
    for page in ("/today/", f"/tasks/{premises.tasks.get().pk}/", premises.get_absolute_url()):
        assert f'href="{path(premises)}"' in as_lead.get(page).text, page


def test_a_problem_becomes_a_finding_with_the_usual_limit_and_a_task_to_look_again(as_lead, premises, today):
    opened(as_lead, premises).problem(ITEM).send()

    finding = Finding.objects.get()
    assert (finding.item, finding.line, finding.state) == (ITEM, "registration", "ordered")
    assert "主体资格" in finding.text
    assert finding.rectify_by >= today + timedelta(days=15)
    assert finding.recheck.due_on == finding.rectify_by
    assert finding.visit.outcome == "problem"


def test_a_problem_that_no_item_speaks_of_is_written_beside_them(as_lead, premises):
    form = opened(as_lead, premises)
    form.fill(**{"text-extra-0": "The back door is locked", "disposition-extra-0": "admonish"})

    form.send()

    finding = Finding.objects.get()
    assert (finding.text, finding.item, finding.state) == ("The back door is locked", "", "settled")


def test_room_for_one_more_problem_is_made_without_losing_the_first(as_lead, premises):
    form = opened(as_lead, premises)
    form.read(form.fill(**{"text-extra-0": "First", "disposition-extra-0": "case", "narrative": "Rain"}).send("more"))
    assert form.values["text-extra-0"] == ["First"]
    assert form.values["disposition-extra-0"] == ["case"]
    assert form.values["narrative"] == ["Rain"]
    assert 'role="alert"' not in form.page.text

    form.fill(**{"text-extra-1": "Second", "disposition-extra-1": "admonish"}).send()

    assert sorted(Finding.objects.values_list("text", flat=True)) == ["First", "Second"]


@pytest.mark.parametrize("outcome", ["not_found", "closed", "refused"])
def test_where_nobody_could_look_nothing_was_checked(as_lead, premises, outcome):
    opened(as_lead, premises).fill(outcome=outcome).send()

    visit = Visit.objects.get()
    assert (visit.outcome, visit.answers, visit.findings.count()) == (outcome, [], 0)
    assert premises.tasks.get().state == ("due" if outcome == "refused" else "done")


@pytest.mark.parametrize("outcome", ["not_found", "closed", "refused"])
@pytest.mark.parametrize("kind", ["item", "further"])
def test_a_problem_typed_where_nobody_could_look_is_kept_and_named(as_lead, premises, outcome, kind):
    form = opened(as_lead, premises).fill(outcome=outcome)
    text = f"text-item-{ITEM}" if kind == "item" else "text-extra-0"
    form.problem(ITEM, text="Gas bottles") if kind == "item" else form.fill(**{text: "Gas bottles"})

    page = form.send()

    form.read(page)
    assert "nobody can have found them" in page.text
    assert "checks-shown" in page.text
    assert form.values[text] == ["Gas bottles"]
    assert not Visit.objects.exists()
    form.fill(**{text: "", f"result-item-{ITEM}": "ok"}).send()
    assert Visit.objects.get().outcome == outcome


def test_an_open_order_is_ticked_as_put_right(as_lead, district, premises, today):
    finding = FindingFactory(visit__premises=premises, visit__visited_on=today - timedelta(days=5))
    form = opened(as_lead, premises)
    assert finding.text in form.page.text

    form.fill(corrected=finding.pk).send()

    finding.refresh_from_db()
    assert (finding.state, finding.rectified_by) == ("rectified", Visit.objects.latest("pk"))


def test_a_re_check_before_its_day_is_offered_but_not_ticked(as_lead, premises, today):
    later = TaskFactory(
        premises=premises, reason="recheck", plan=None, due_on=today + timedelta(days=9), opens_on=today
    )

    form = opened(as_lead, premises)

    assert f'name="tasks" value="{later.pk}">' in form.page.text
    assert form.values["tasks"] == [str(premises.tasks.get(reason="routine").pk)]


def test_a_task_that_is_not_ticked_stays_open(as_lead, premises):
    opened(as_lead, premises).fill(tasks=None).send()

    assert Visit.objects.count() == 1
    assert premises.tasks.get().state == "due"


def test_the_colleague_of_last_time_stands_on_the_form(as_lead, district, premises):
    third = OfficerFactory(
        username="third", certificate_no="S-3", certificate_valid_to=timezone.localdate() + timedelta(days=90)
    )
    PostingFactory(officer=third, duty="case_team", area_code="0501")
    assert opened(as_lead, premises).values["partner"] == [str(district.manager.pk)]
    VisitFactory(premises=shop(), lead=third, partner=district.lead)

    assert opened(as_lead, premises).values["partner"] == [str(third.pk)]


def test_the_same_form_twice_is_one_visit(as_lead, premises):
    form = opened(as_lead, premises)

    first, second = form.send(), form.send()

    assert Visit.objects.count() == 1
    assert first.redirect_chain[-1] == second.redirect_chain[-1]
    assert "handed in already" in second.text
    assert InspectionTask.objects.filter(state="done").count() == 1


def test_the_address_of_a_form_that_was_handed_in_leads_to_the_record(as_lead, premises):
    form = opened(as_lead, premises)
    form.send()

    page = as_lead.get(form.action, follow=True)

    assert page.redirect_chain[-1][0] == f"/visits/{Visit.objects.get().pk}/"


REFUSALS = {
    "no second officer": ({"partner": ""}, "choose the second"),
    "in the future": ({"visited_on": "2999-01-01"}, "future"),
    "no day": ({"visited_on": "99.99"}, "2026-11-22"),
    "no time": ({"visited_time": "noon"}, "14:30"),
    "no outcome": ({"outcome": "nothing"}, "outcome"),
    "too long": ({"narrative": "x" * 100_000}, "4000"),
    "a finding too long": ({"text-extra-0": "x" * 501, "disposition-extra-0": "case"}, "500"),
    "no disposition": ({"text-extra-0": "Dirt"}, "what you did"),
    "no words": ({"disposition-extra-0": "case"}, "what was found"),
    "no answer": ({f"result-item-{ITEM}": None}, "how it was"),
    "a strange answer": ({f"result-item-{ITEM}": "<script>"}, "script"),
    "a task of nobody": ({"tasks": "987654"}, "not open any more"),
    "an order of nobody": ({"corrected": "987654"}, "not open any more"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_to_mend_and_loses_nothing(as_lead, premises, case):
    values, sentence = REFUSALS[case]
    form = opened(as_lead, premises).fill(narrative="Typed in the rain").fill(**values)

    form.read(form.send())

    assert not Visit.objects.exists()
    assert sentence in form.page.text
    assert "<script>" not in form.page.text.replace('<script src="', "")
    assert form.values["narrative"] == [values.get("narrative", "Typed in the rain")]
    assert form.values["client_id"][0] in form.action


def test_everything_that_is_wrong_is_named_in_one_round(as_lead, district, premises):
    form = opened(as_lead, premises).problem(ITEM, limit="2020-01-01")
    form.fill(**{"partner": "", "visited_on": "2999-01-01", "text-extra-0": "Dirt", "narrative": "x" * 4_001})
    Officer.objects.filter(pk=district.lead.pk).update(certificate_valid_to="2020-01-01")

    text = form.send().text

    for sentence in ("choose the second", "cannot lie in the future", "lies before the visit", "what you did", "4000"):
        assert sentence in text, sentence
    assert "lead held no valid enforcement certificate" in text
    assert not Visit.objects.exists()


def test_a_refusal_by_the_rules_stands_beside_its_problem(as_lead, premises):
    form = opened(as_lead, premises).problem(ITEM, limit="2020-01-01")

    form.read(form.send())

    assert f'href="#item-{ITEM}"' in form.page.text
    assert "lies before the visit" in form.page.text
    assert form.values[f"limit-item-{ITEM}"] == ["2020-01-01"]


@pytest.mark.parametrize("name", ["tasks", "corrected"])
def test_a_key_that_no_row_has_is_refused_beside_the_list(as_lead, premises, name):
    form = opened(as_lead, premises)

    assert "is not open any more" in form.fill(**{name: "9" * 40}).send().text
    assert not Visit.objects.exists()


def test_somebody_without_a_valid_certificate_is_told_before_typing(as_lead, district, premises):
    Officer.objects.filter(pk=district.lead.pk).update(certificate_valid_to="2020-01-01")

    form = opened(as_lead, premises)
    assert f"You hold no certificate valid on {timezone.localdate()}" in form.page.text

    assert "held no valid enforcement certificate" in form.send().text
    assert not Visit.objects.exists()


def test_a_partner_whose_certificate_ran_out_is_neither_offered_nor_taken(as_lead, district, premises):
    form = opened(as_lead, premises)
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to="2020-01-01")

    assert "a valid certificate" in form.send().text
    assert "a visit needs two" in opened(as_lead, premises).page.text
    assert not Visit.objects.exists()


def test_a_colleague_on_leave_is_marked_last_and_may_have_been_there(as_lead, district, premises, today):
    post, third = district.manager.postings.get(), certified(OfficerFactory(username="third"))
    PostingFactory(officer=third, duty="case_team", area_code="0501")
    stand_in = {"officer": third, "duty": post.duty, "area_code": post.area_code, "stands_in_for": post}
    PostingFactory(**stand_in, from_day=today, to_day=today + timedelta(days=2))
    form = opened(as_lead, premises)
    assert form.values["partner"] == [str(third.pk)]
    offered = [label for _key, label in form.page.context["form"].fields["partner"].choices]
    assert offered[1:] == ["third", f"manager (on leave until {today + timedelta(days=2)})"]

    form.fill(partner=district.manager.pk).send()

    assert Visit.objects.get().partner == district.manager


def test_the_day_of_the_visit_says_who_was_on_leave(as_lead, district, premises, today):
    post, before = district.manager.postings.get(), today - timedelta(days=1)
    PostingFactory(
        officer=certified(OfficerFactory(username="third")), duty=post.duty, area_code=post.area_code, from_day=today,
        to_day=today, stands_in_for=post,
    )  # fmt: skip

    page = opened(as_lead, premises).fill(partner="", visited_on=before).send()

    assert dict(page.context["form"].fields["partner"].choices)[district.manager.pk] == "manager"


def test_nobody_is_the_own_second_officer(as_lead, district, premises):
    assert "somebody else" in opened(as_lead, premises).fill(partner=district.lead.pk).send().text
    assert not Visit.objects.exists()


def test_a_struck_off_premises_is_not_visited(as_lead, premises):
    form = opened(as_lead, premises)
    Premises.objects.filter(pk=premises.pk).update(status="closed")

    assert "This premises is “struck off” in the ledger" in form.send().text
    assert "Record a visit" not in as_lead.get(premises.get_absolute_url()).text
    assert not Visit.objects.exists()


@pytest.mark.parametrize("status", ["suspended", "missing"])
def test_a_suspended_or_missing_premises_is_visited_like_any_other(as_lead, premises, status):
    Premises.objects.filter(pk=premises.pk).update(status=status)
    assert "Record a visit" in as_lead.get(premises.get_absolute_url()).text

    opened(as_lead, premises).fill(outcome="closed").send()

    assert Visit.objects.get().outcome == "closed"


@pytest.mark.parametrize(("who", "status"), [("chief", 403), ("neighbour_lead", 404), ("outsider", 404)])
def test_only_who_inspects_here_opens_the_form(client, district, premises, who, status):
    client.force_login(getattr(district, who))

    assert client.get(path(premises)).status_code == status
    assert client.post(path(premises), {}).status_code == status


def test_photos_are_never_required_and_come_with_the_visit(as_lead, premises):
    form = opened(as_lead, premises)
    assert "required" not in form.page.text.split('id="id_photos"')[1].split(">")[0]

    page = form.send(photos=[photo(), photo(colour="red"), photo()])

    assert Visit.objects.get().photos.count() == 2  # the same picture twice is one photo
    assert page.text.count('class="photo"') == 2


def test_a_photo_that_is_none_is_refused_and_the_others_are_kept(as_lead, premises):
    form = opened(as_lead, premises).fill(narrative="Typed")
    wrong = photo("report.pdf")
    wrong.file.seek(0)
    wrong.file.write(b"%PDF")

    form.read(form.send(photos=[photo(), wrong]))

    assert "report.pdf" in form.page.text
    draft = Visit.objects.get()
    assert (draft.state, draft.photos.count()) == ("draft", 1)
    assert form.values["narrative"] == ["Typed"]
    form.send()
    assert Visit.objects.get().photos.count() == 1


def test_ten_photos_are_one_too_many(as_lead, premises):
    page = opened(as_lead, premises).send(photos=[photo(colour=f"#0000{n:02}") for n in range(10)])

    assert "at most 9 photos" in page.text
    assert not Visit.objects.exclude(state="draft").exists()


def test_the_check_items_of_the_day_of_the_visit_count(as_lead, premises, today):
    yesterday = today - timedelta(days=1)
    newer = CheckItem.objects.get(bureau="05", tier_key=premises.tier, code=ITEM)
    CheckItem.objects.filter(pk=newer.pk).update(from_day=today)
    form = opened(as_lead, premises).fill(visited_on=yesterday)
    assert f"result-item-{ITEM}" in form.values

    form.send()

    assert ITEM not in {answer["code"] for answer in Visit.objects.get(visited_on=yesterday).answers}


def test_a_form_number_of_another_place_or_person_opens_a_new_form(as_lead, district, premises):
    stored = VisitFactory(premises=shop(), lead=district.manager)

    page = as_lead.get(path(premises, f"?form={stored.client_id}"), follow=True)

    assert page.context["form"].initial["client_id"] not in (stored.client_id, None)


@pytest.mark.parametrize(
    "query",
    ["?form=nothing", "?form=095c6910-e7c6-4987-84de-6d86cd5a3106&corrects=x", "?corrects=99999999999999999999"],
)
def test_a_strange_address_is_answered(as_lead, premises, query):
    assert as_lead.get(path(premises, query), follow=True).status_code in {200, 404}


def test_a_form_needs_as_many_queries_with_many_orders_as_with_one(as_lead, premises, count_queries, today):
    FindingFactory(visit__premises=premises)
    address = opened(as_lead, premises).action
    few = count_queries(as_lead, address)
    FindingFactory.create_batch(9, visit__premises=premises)

    assert count_queries(as_lead, address) == few
