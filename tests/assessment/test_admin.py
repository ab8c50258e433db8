import pytest

from assessment.models import Scheme
from gridsup.models import Job
from tests.assessment import worked
from tests.assessment.worked import NOW, card, compute
from tests.style.routes import client_of


@pytest.fixture
def scored(district, time_machine):
    time_machine.move_to(NOW, tick=False)
    worked.load()
    worked.place()
    compute()
    return district


def test_a_card_is_read_with_its_lines_and_history_and_never_changed(scored):
    client = client_of(scored.district_office)
    address = f"/admin/assessment/scorecard/{card('0501').pk}/"

    text = client.get(address + "change/").text
    assert "21.0000" in text
    assert client.get(address + "history/").status_code == 200
    assert client.post(address + "change/", {"total": 1}).status_code == 403
    assert str(card("0501").total) == "73.42"


def test_a_chief_sees_the_own_cards_alone(scored):
    page = client_of(scored.chief).get("/admin/assessment/scorecard/")

    assert {row.area_code for row in page.context["cl"].queryset} == {"0501", "050101", "050102"}


def test_scores_are_queued_from_the_admin_and_a_period_that_is_not_over_is_named(scored):
    client, address = client_of(scored.district_office), "/admin/assessment/scorecard/new/scores/"

    refused = client.post(address, {"bureau": scored.bureau.pk, "period": "2026Q4"})
    assert refused.context["form"].errors["period"]
    client.post(address, {"bureau": scored.bureau.pk, "period": "2026Q3"})
    assert Job.objects.get().period == "2026Q3"


def test_a_scheme_is_loaded_from_the_admin(district):
    client, address = client_of(district.district_office), "/admin/assessment/scheme/new/scheme/"

    reply = client.post(address, {"bureau": district.bureau.pk, "name": "B1", "on": "2026-07-01"}, follow=True)

    assert Scheme.objects.get().lines.count() == 5
    assert "95" in reply.text


def test_what_waits_for_publication_stands_on_the_first_page(scored):
    page = client_of(scored.district_office).get("/admin/")

    waiting = {decision.url: decision.count for decision in page.context["decisions"]}
    assert waiting["/scores/"] == 2
