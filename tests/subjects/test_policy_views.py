from datetime import date, timedelta

import pytest
from django.utils import timezone

from gridsup.models import Job
from subjects.actions import load_preset
from subjects.models import PolicyFigure, Tier
from tests.factories import PremisesFactory


@pytest.fixture
def loaded(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())
    return district


def today():
    return timezone.localdate()


def test_everybody_who_sees_the_ledger_reads_the_policy_with_its_sources(loaded, client):
    client.force_login(loaded.lead)

    page = client.get("/policy/").content.decode()

    assert "手册§4" in page
    assert "/policy/05/preset/" not in page
    assert client.get("/policy/06/").status_code == 404


def test_a_preset_is_tried_out_before_it_is_taken(loaded, client):
    PremisesFactory()
    client.force_login(loaded.district_office)
    form = {"preset": "T", "day": str(today() + timedelta(days=3)), "why": "monthly rhythm"}

    tried = client.post("/policy/05/preset/", form)
    assert tried.context["preview"].after.premises == {("service", "general"): 1}
    assert not Tier.objects.filter(preset="T").exists()

    taken = client.post("/policy/05/preset/", {**form, "take": "1"}, follow=True)
    assert taken.status_code == 200
    assert {row[1] for row in taken.context["coming"]} == {"T"}
    assert Tier.objects.filter(preset="T").count() == 2
    assert not Job.objects.exists()  # the daily job applies it on its first day


def test_a_policy_of_today_is_applied_by_a_job_at_once(loaded, client):
    client.force_login(loaded.district_office)

    client.post("/policy/05/preset/", {"preset": "F", "day": str(today()), "take": "1"})

    assert Job.objects.get().name == "apply_policy"


@pytest.mark.parametrize(
    "form",
    [
        {"preset": "Z", "day": "2030-01-01"},
        {"preset": "T", "day": "2030-01-01"},
        {"preset": "T", "day": "2020-01-01"},
        {"preset": "T", "day": "x"},
    ],
)
def test_an_unknown_preset_and_a_past_day_are_answered_with_a_sentence(loaded, client, form):
    client.force_login(loaded.district_office)

    page = client.post("/policy/05/preset/", {**form, "take": "1"})

    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert not Tier.objects.filter(preset="T").exists()


def test_a_figure_is_changed_from_a_day_with_a_reason(loaded, client):
    client.force_login(loaded.district_office)
    cap = PolicyFigure.objects.get(key="yearly_cap")
    url = f"/policy/rows/figure/{cap.pk}/"
    day = today() + timedelta(days=1)

    assert "alert" in client.post(url, {"value": "8", "day": str(day), "why": ""}).content.decode()
    tried = client.post(url, {"value": "8", "day": str(day), "why": "order 12"})
    assert tried.context["preview"].after.cap == 8
    assert PolicyFigure.objects.get(key="yearly_cap").value == 6
    client.post(url, {"value": "8", "day": str(day), "why": "order 12", "take": "1"})

    cap.refresh_from_db()
    assert cap.to_day == today()
    assert PolicyFigure.objects.get(key="yearly_cap", to_day=None).value == 8


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("tier", {"interval_months": "4"}),
        ("trade", {"tier_key": "low"}),
        ("effect", {"mode": "exempt", "rhythm_key": ""}),
        ("item", {"line": "food", "text": "Something else", "position": "3"}),
        ("limit", {"days": "3", "unit": "working", "extension_days": "0"}),
    ],
)
def test_every_kind_of_row_can_be_changed(loaded, client, kind, values):
    from subjects.policy_views import KINDS

    client.force_login(loaded.district_office)
    row = KINDS[kind].objects.filter(to_day=None).order_by("pk").last()
    day = today() + timedelta(days=1)

    page = client.post(f"/policy/rows/{kind}/{row.pk}/", {**values, "day": str(day), "why": "order 12", "take": "1"})

    assert page.status_code == 302, page.content.decode()
    row.refresh_from_db()
    assert row.to_day == today()


def test_an_exempt_mode_with_a_rhythm_is_refused_with_a_sentence(loaded, client):
    from subjects.models import CreditEffect

    client.force_login(loaded.district_office)
    row = CreditEffect.objects.first()
    form = {"mode": "exempt", "rhythm_key": "high", "day": str(today() + timedelta(days=1)), "why": "x"}

    assert client.post(f"/policy/rows/effect/{row.pk}/", form).status_code == 200


@pytest.mark.parametrize("who", ["chief", "lead", "head"])
def test_only_the_grid_office_changes_the_policy(loaded, client, who):
    client.force_login(getattr(loaded, who))
    cap = PolicyFigure.objects.get(key="yearly_cap")

    assert client.get("/policy/05/preset/").status_code == 403
    assert client.get(f"/policy/rows/figure/{cap.pk}/").status_code == 403


def test_another_bureaus_rows_do_not_exist(loaded, client):
    client.force_login(loaded.outsider)
    cap = PolicyFigure.objects.get(key="yearly_cap")

    assert client.get("/policy/05/preset/").status_code == 404
    assert client.get(f"/policy/rows/figure/{cap.pk}/").status_code == 404
