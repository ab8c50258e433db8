"""What was typed comes back with every refusal: on the form of a visit, and on the pages of what is moved."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from grids.models import Officer
from gridsup.images import MEGABYTE
from inspections.models import Visit
from subjects.models import Premises
from tests.factories import FindingFactory, PlanFactory, TaskFactory, VisitFactory
from tests.forms import Opened
from tests.visits import load_policy, shop

ITEM = "subject_qualification"
WHY = "The whole street is closed until spring"


@pytest.fixture
def premises(district):
    load_policy()
    return shop()


@pytest.fixture
def enter(client):
    """A function that logs somebody in, in English."""
    client.cookies["django_language"] = "en"

    def entered(officer):
        client.force_login(officer)
        return client

    return entered


def expire(district, form):
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to="2020-01-01")
    return form.send()


def strike_off(district, form):
    Premises.objects.update(status="closed")
    return form.send()


def too_large(district, form):
    return form.send(photos=[SimpleUploadedFile("street.jpg", bytes(50 * MEGABYTE))])


VISITS = {
    "the same officer twice": (lambda district, form: form.fill(partner=district.lead.pk).send(), "somebody else"),
    "an expired certificate": (expire, "a valid certificate"),
    "a struck-off premises": (strike_off, "struck off"),
    "a photo of 50 MB": (too_large, "larger than 10 MB"),
}


@pytest.mark.parametrize("case", VISITS)
def test_a_refused_visit_comes_back_as_it_was_typed(enter, district, premises, case):
    send, sentence = VISITS[case]
    form = Opened(enter(district.lead), f"/premises/{premises.pk}/visit/").problem(ITEM, text="Licence of another")
    typed = {"narrative": "Typed in the rain", "text-extra-0": "Dirt", "disposition-extra-0": "admonish"}

    page = send(district, form.fill(**typed))

    form.read(page)
    assert sentence in page.text
    assert {name: form.values[name][0] for name in typed} == typed
    assert form.values[f"text-item-{ITEM}"] == ["Licence of another"]
    assert not Visit.objects.exclude(state="draft").exists()


def test_the_reason_of_a_refused_return_stays_in_its_form(enter, district):
    visit = VisitFactory(lead=district.lead, partner=district.manager)

    page = enter(district.chief).post(f"/visits/{visit.pk}/returned/", {"why": "", "more": "a\x00" + WHY})

    assert 'class="note note-error"' in page.text
    assert f'value="a{WHY}"' in page.text.replace("\x00", "")
    assert Visit.objects.get().state == "submitted"


def test_the_reason_of_a_return_that_somebody_forestalled_is_shown(enter, district):
    visit = VisitFactory(lead=district.lead, partner=district.manager, state="archived")

    page = enter(district.chief).post(f"/visits/{visit.pk}/returned/", {"why": "", "more": WHY}).text

    assert "What you had typed:" in page
    assert WHY in page


def test_the_reason_of_a_refused_cancellation_stays_or_is_shown(enter, district):
    task = TaskFactory(due_on=timezone.localdate())
    client = enter(district.chief)

    assert f'value="{WHY * 14}' in client.post(f"/tasks/{task.pk}/cancel/", {"why": WHY * 14}).text
    type(task).objects.update(state="cancelled")
    page = client.post(f"/tasks/{task.pk}/cancel/", {"why": WHY}).text

    assert "What you had typed:" in page
    assert WHY in page


@pytest.mark.parametrize(("field", "value"), [("why", WHY * 14), ("day", "soon")])
def test_what_was_typed_of_a_refused_order_stays_in_its_form(enter, district, field, value):
    finding = FindingFactory(state="open", disposition="report", rectify_by=None)
    typed = {"why": WHY, "day": str(timezone.localdate() + timedelta(days=3)), field: value}

    page = enter(district.chief).post(f"/findings/{finding.pk}/ordered/", typed).text

    assert 'class="note note-error"' in page
    assert all(f'value="{value}"' in page for value in typed.values())


def test_the_reason_of_a_move_that_a_finding_no_longer_makes_is_shown(enter, district):
    finding = FindingFactory(state="closed", disposition="case", rectify_by=None)

    page = enter(district.chief).post(f"/findings/{finding.pk}/closed/", {"why": WHY}).text

    assert "What you had typed:" in page
    assert WHY in page


@pytest.mark.parametrize(("state", "shown"), [("published", f'value="{"x" * 501}"'), ("closed", "What you had typed:")])
def test_the_reason_of_a_refused_closing_of_a_plan_stays_or_is_shown(enter, district, state, shown):
    plan = PlanFactory(bureau=district.bureau, state=state)

    page = enter(district.district_office).post(f"/plans/{plan.pk}/closed/", {"why": "x" * 501}).text

    assert shown in page
    assert "x" * 501 in page
