import pytest
from django.test import Client

from inspections.models import Visit
from tests.forms import Opened, photo

ITEM = "subject_qualification"


def path(premises, query=""):
    return f"/premises/{premises.pk}/visit/{query}"


def opened(client, premises):
    return Opened(client, path(premises))


def test_what_is_put_aside_waits_on_the_page_of_today_and_opens_as_it_was(as_lead, premises):
    form = opened(as_lead, premises).problem(ITEM, text="Half a sen").fill(narrative="Later", partner="")
    page = form.send("aside", photos=[photo()])
    draft = Visit.objects.get()
    assert (draft.state, draft.photos.count()) == ("draft", 1)
    assert page.redirect_chain[-1][0] == "/today/"
    assert f'href="/visits/{draft.pk}/"' in page.text

    form.read(as_lead.get(f"/visits/{draft.pk}/", follow=True))

    assert form.values[f"text-item-{ITEM}"] == ["Half a sen"]
    assert form.values["narrative"] == ["Later"]
    assert form.values["partner"] == [""]
    assert 'role="alert"' not in form.page.text


def test_whoever_begins_another_form_of_the_place_is_led_to_the_one_put_aside(as_lead, premises):
    opened(as_lead, premises).fill(narrative="Later").send("aside")
    draft = Visit.objects.get()
    led = f'<a href="/visits/{draft.pk}/">'

    assert led in opened(as_lead, premises).page.text
    assert led not in Opened(as_lead, f"/visits/{draft.pk}/").page.text


def test_a_form_that_was_put_aside_is_handed_in_as_the_same_visit(as_lead, district, premises):
    form = opened(as_lead, premises).problem(ITEM)
    form.send("aside", photos=[photo()])

    form.send(photos=[photo(), photo(colour="red")])

    visit = Visit.objects.get()
    assert (visit.state, visit.outcome, visit.draft, visit.photos.count()) == ("submitted", "problem", {}, 2)
    assert as_lead.get("/today/").context["aside"].count() == 0


def test_a_form_that_was_put_aside_is_dropped(as_lead, premises):
    form = opened(as_lead, premises)
    form.send("aside", photos=[photo()])
    draft = Visit.objects.get()

    page = as_lead.post(f"/visits/{draft.pk}/drop/", follow=True)

    assert "is dropped" in page.text
    assert not page.context["aside"]
    assert not draft.photos.exists()


def test_nobody_else_opens_or_drops_what_somebody_put_aside(client, district, premises, as_lead):
    opened(as_lead, premises).send("aside", photos=[photo()])
    draft = Visit.objects.get()
    client.force_login(district.manager)

    assert client.get(f"/visits/{draft.pk}/").status_code == 404
    assert client.get(f"/visits/photos/{draft.photos.get().pk}/").status_code == 404
    assert "note-error" in client.post(f"/visits/{draft.pk}/drop/", follow=True).text
    assert client.get(path(premises, f"?form={draft.client_id}"), follow=True).context["form"].initial["client_id"] != (
        draft.client_id
    )


def test_what_was_typed_when_the_session_had_ended_is_there_after_the_login(as_lead, district, premises):
    form = opened(as_lead, premises).problem(ITEM, text="Typed before").fill(narrative="Rain")
    as_lead.logout()
    sent_away = form.send(follow=False)
    assert sent_away.url.startswith("/login/?next=")

    as_lead.cookies["django_language"] = "en"
    as_lead.force_login(district.lead)
    form.read(as_lead.get(form.action))

    assert "Your session had ended" in form.page.text
    assert form.values[f"text-item-{ITEM}"] == ["Typed before"]
    form.send()
    assert Visit.objects.get().narrative == "Rain"


@pytest.fixture
def strict(district):
    """The lead in a browser that is held to its tokens."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    client.force_login(district.lead)
    return client


def test_what_is_sent_with_the_token_of_an_earlier_login_is_shown_again_and_changes_nothing(strict, district, premises):
    form = opened(strict, premises).fill(narrative="Opened before")
    strict.cookies["csrftoken"] = "a" * 32

    form.read(form.send())

    assert not Visit.objects.exists()
    assert form.values["narrative"] == ["Opened before"]
    form.send()
    assert Visit.objects.get().narrative == "Opened before"


def test_a_forged_form_is_refused_with_a_page(strict, district, premises):
    form = opened(strict, premises).fill(mark="forged", csrfmiddlewaretoken="b" * 32)

    reply = form.send()

    assert reply.status_code == 403
    assert "no longer valid" in reply.text
    assert "unsent_visit" not in strict.session


def test_somebody_else_who_logs_in_does_not_see_what_was_typed(as_lead, district, premises):
    form = opened(as_lead, premises).fill(narrative="Of the lead")
    as_lead.logout()
    form.send(follow=False)

    as_lead.force_login(district.manager)

    assert "Of the lead" not in as_lead.get(form.action, follow=True).text


@pytest.mark.parametrize("values", [{"mark": "forged"}, {"mark": None}, {"narrative": "x" * 30_000}])
def test_nothing_is_kept_of_a_form_that_nobody_was_shown_or_that_is_too_long(as_lead, premises, values):
    form = opened(as_lead, premises).fill(**values)
    as_lead.logout()

    form.send(follow=False)

    assert "unsent_visit" not in as_lead.session
