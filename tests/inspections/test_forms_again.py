"""A form of a visit that was handed in before, and the same visit typed into two forms."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inspections.models import Visit
from tests.factories import FindingFactory
from tests.forms import Opened, photo

ITEM = "subject_qualification"


def opened(client, premises):
    return Opened(client, f"/premises/{premises.pk}/visit/")


class TestAFormThatWasHandedInAndComesAgain:
    def test_what_was_changed_stands_in_sight_beside_the_way_to_the_record(self, as_lead, premises):
        form = opened(as_lead, premises).fill(narrative="First words")
        form.send()

        page = form.problem(ITEM, text="Licence of somebody else").fill(narrative="Second words").send()

        stored = Visit.objects.get()
        assert (stored.narrative, stored.findings.count()) == ("First words", 0)
        form.read(page)
        assert form.values["narrative"] == ["Second words"]
        assert form.values[f"text-item-{ITEM}"] == ["Licence of somebody else"]
        assert f'href="/visits/{stored.pk}/"' in page.text
        assert "ask the chief to return it" in page.text
        assert 'value="submit"' not in page.text

    def test_it_leads_to_the_record_though_its_task_is_done_and_its_order_put_right(self, as_lead, premises, today):
        finding = FindingFactory(visit__premises=premises, visit__visited_on=today - timedelta(days=5))
        form = opened(as_lead, premises).fill(corrected=finding.pk, visited_time="")
        form.send()

        page = form.send()

        assert page.redirect_chain[-1][0] == f"/visits/{Visit.objects.latest('pk').pk}/"

    @pytest.mark.parametrize(("state", "sentence"), [("returned", "Correct it"), ("archived", "another visit")])
    def test_it_says_what_can_be_done_in_each_state(self, as_lead, premises, state, sentence):
        form = opened(as_lead, premises)
        form.send()
        Visit.objects.update(state=state, reviewed_at=timezone.now())

        assert sentence in form.fill(narrative="More").send().text

    def test_a_photo_that_only_now_came_through_is_added(self, as_lead, premises):
        form = opened(as_lead, premises)
        form.send()

        page = form.send(photos=[photo()])

        assert Visit.objects.get().photos.count() == 1
        assert page.redirect_chain[-1][0] == f"/visits/{Visit.objects.get().pk}/"

    def test_one_more_problem_is_not_lost_either(self, as_lead, premises):
        form = opened(as_lead, premises)
        form.send()

        form.read(form.fill(**{"text-extra-0": "The back door is locked"}).send("more"))

        assert form.values["text-extra-0"] == ["The back door is locked"]

    def test_what_was_typed_when_the_session_ended_is_shown_after_the_log_in(self, as_lead, district, premises):
        form = opened(as_lead, premises)
        form.send()
        as_lead.logout()
        form.fill(narrative="Typed too late").send()
        as_lead.force_login(district.lead)

        form.read(as_lead.get(form.action))

        assert form.values["narrative"] == ["Typed too late"]
        assert Visit.objects.get().narrative == ""


def test_the_same_visit_typed_into_two_forms_is_refused_beside_the_way_to_the_record(as_lead, premises):
    forms = [opened(as_lead, premises) for _ in range(2)]
    moment = {"visited_time": timezone.localtime().strftime("%H:%M")}
    forms[0].fill(**moment).send()

    page = forms[1].fill(narrative="Typed anew", **moment).send(photos=[photo()])

    stored = Visit.objects.exclude(state="draft").get()
    forms[1].read(page)
    assert f"as record {stored.pk}" in page.text
    assert f'href="/visits/{stored.pk}/"' in page.text
    assert forms[1].values["narrative"] == ["Typed anew"]
    assert Visit.objects.get(state="draft").photos.count() == 1


@pytest.mark.parametrize("later", [0, 1])
def test_the_visit_that_a_colleague_entered_meanwhile_stands_and_is_opened_from_the_form(
    as_lead, district, premises, later
):
    colleague = Client()
    colleague.cookies["django_language"] = "en"
    colleague.force_login(district.manager)
    mine, theirs = opened(as_lead, premises), opened(colleague, premises)
    moment = timezone.localtime() - timedelta(minutes=5)
    at = [{"visited_time": (moment + timedelta(minutes=plus)).strftime("%H:%M")} for plus in (0, later)]
    mine.fill(partner=district.manager.pk, **at[0]).problem(ITEM, text="No licence").send()

    page = theirs.fill(partner=district.lead.pk, **at[1]).problem(ITEM, text="No licence").send()

    stored = Visit.objects.get()
    assert (f"Record {stored.pk} tells of" if later else f"as record {stored.pk} by {district.lead}") in page.text
    assert f'href="/visits/{stored.pk}/"' in page.text
    assert ('name="another_visit"' in page.text) == bool(later)
    assert stored.findings.count() == 1


def test_a_second_visit_of_the_day_is_handed_in_with_what_was_typed_by_ticking_that_it_was_another(
    as_lead, district, premises
):
    moment = timezone.localtime() - timedelta(minutes=1)
    opened(as_lead, premises).fill(visited_time=moment.strftime("%H:%M")).send()
    form = opened(as_lead, premises)
    assert "another_visit" not in form.page.text

    form.read(form.problem(ITEM, text="No licence").fill(narrative="Back at noon").send(photos=[photo()]))
    form.read(form.fill(another_visit="on", partner="").send())
    assert form.values["another_visit"] == ["on"]
    form.fill(partner=district.manager.pk).send()

    second = Visit.objects.latest("pk")
    assert (Visit.objects.sent().count(), second.narrative, second.photos.count()) == (2, "Back at noon", 1)
    assert second.findings.get().text == "No licence"


def test_a_returned_record_is_corrected_without_a_word_of_another_visit(as_lead, premises):
    opened(as_lead, premises).send()
    Visit.objects.update(state="returned", reviewed_at=timezone.now())

    Opened(as_lead, f"/premises/{premises.pk}/visit/?corrects={Visit.objects.get().pk}").send()

    assert [visit.version for visit in Visit.objects.order_by("pk")] == [1, 2]
