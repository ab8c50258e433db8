"""Whoever only looks at what would happen changes nothing, and the trail says so, with what it was about."""

import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from shapely.geometry import mapping

from gridsup.models import AuditEntry
from subjects.actions import load_preset
from subjects.models import TradeTier
from tests.drawing import box
from tests.factories import ComplaintFactory
from tests.splitting import draw_station
from tests.style.routes import client_of

TODAY = timezone.localdate()


@pytest.fixture
def chief(district):
    return client_of(district.chief)


@pytest.fixture
def office(district):
    return client_of(district.by_duty["grid_office"])


def last():
    """Action, outcome, kind and name of the newest entry."""
    entry = AuditEntry.objects.latest("pk")
    return entry.action, entry.outcome, entry.model, entry.named


class TestAreas:
    FORM = {
        "grid": "050101", "code": "050103", "name": "三号网格", "extent": "东片", "crs": "wgs84", "placing": "polygon",
        "boundary": json.dumps(mapping(box(1, 0, 2, 1))), "effective_on": str(TODAY), "reason": "太大",
    }  # fmt: skip

    @pytest.fixture(autouse=True)
    def paper(self, district):
        draw_station()

    def test_the_preview_of_a_change_names_its_grid_and_keeps_no_reason(self, chief, district):
        chief.post("/areas/new/?kind=split&station=0501", {**self.FORM, "act": "preview"})

        assert last() == ("trial", "done", "grids.Grid", str(district.grid))
        assert AuditEntry.objects.get().why == ""

    def test_before_a_grid_is_chosen_it_is_the_station(self, chief, district):
        chief.post("/areas/new/?kind=split&station=0501", {"act": "preview"})

        assert last() == ("trial", "done", "grids.Station", str(district.station))

    def test_a_proposal_is_a_change_also_a_refused_one(self, chief, district):
        chief.post("/areas/new/?kind=split&station=0501", {**self.FORM, "act": "propose", "effective_on": ""})
        assert last() == ("change", "answered", "grids.Grid", str(district.grid))
        chief.post("/areas/new/?kind=split&station=0501", {**self.FORM, "act": "propose"})
        assert last()[:3] == ("change", "done", "grids.AreaChange")

    def test_the_api_says_the_same(self, chief, district):
        kept = {"code": "050101", "role": "changed", "name": "一号", "boundary": mapping(box(0, 0, 1, 1))}
        new = {"code": "050103", "role": "new", "name": "三号", "boundary": mapping(box(1, 0, 2, 1))}
        body = {
            "station": "0501", "kind": "split", "effective_on": str(TODAY), "reason": "太大", "crs": "wgs84",
            "parts": [kept, new],
        }  # fmt: skip

        chief.post("/api/v1/area-changes/preview", body, content_type="application/json")

        assert last() == ("trial", "done", "grids.Grid", str(district.grid))

    def test_what_if_names_the_station(self, chief):
        chief.get("/staffing/what-if/?area=0501")
        assert last() == ("view", "done", "", "社区划转测算 0501")
        chief.get("/staffing/what-if/?area=0501&target=050102&grids=050101")
        assert last() == ("trial", "done", "", "社区划转测算 0501")

    def test_a_swap_names_both_posts(self, chief, district):
        post, other = district.lead.postings.get(), district.neighbour_lead.postings.get()

        chief.get(f"/staffing/rotation/{post.pk}/?with={other.pk}")

        both = f"050101 网格长: {district.lead}; 050102 网格长: {district.neighbour_lead}"
        assert last() == ("trial", "done", "grids.Posting", both)
        given = {"on": TODAY + timedelta(days=1), "why": "Three years are over"}
        chief.post(f"/staffing/rotation/{post.pk}/?with={other.pk}", given)
        assert last() == ("change", "done", "grids.Posting", both)


class TestPolicy:
    @pytest.fixture(autouse=True)
    def loaded(self, district):
        load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())

    def test_a_preset_is_tried_out_and_then_taken(self, office, district):
        form = {"preset": "T", "day": str(TODAY + timedelta(days=3)), "why": "monthly rhythm"}

        office.post("/policy/05/preset/", form)
        assert last() == ("trial", "done", "grids.Bureau", str(district.bureau))
        office.post("/policy/05/preset/", {**form, "take": "1"})
        assert last() == ("change", "done", "grids.Bureau", str(district.bureau))

    def test_a_row_that_is_tried_out_is_named_by_its_own_kind(self, office):
        row = TradeTier.objects.first()

        office.post(f"/policy/rows/trade/{row.pk}/", {"day": str(TODAY + timedelta(days=3))})

        assert last()[:3] == ("trial", "done", "subjects.TradeTier")
        assert AuditEntry.objects.get().row == str(row.pk)


class TestPeople:
    def test_an_import_is_a_trial_until_it_is_imported(self, office, district, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"
        content = "姓名,用户名,岗位,区域代码,任岗日期\n张三,new1,网格员,050101,2026-11-01\n".encode()
        body = {"bureau": district.bureau.pk, "file": SimpleUploadedFile("people.csv", content)}

        address = office.post("/people/import/", body)["Location"]
        assert last() == ("trial", "done", "grids.Bureau", str(district.bureau))
        office.get(address)
        assert last() == ("trial", "done", "grids.Bureau", str(district.bureau))
        office.post(address)
        assert last() == ("change", "done", "grids.Bureau", str(district.bureau))

    def test_where_the_work_of_a_post_would_go_is_only_looked_at(self, office, district):
        post = district.lead.postings.get()

        office.post(f"/posts/{post.pk}/end/", {"to_day": TODAY, "why": "Transferred", "look": "1"})

        assert last() == ("trial", "done", "grids.Posting", f"050101 网格长: {district.lead}")
        assert AuditEntry.objects.get().why == ""

    def test_to_whom_work_would_go_too(self, chief, district):
        chief.get(f"/people/{district.lead.pk}/work/")
        chief.get(f"/people/{district.lead.pk}/work/?to={district.manager.pk}")

        assert [*AuditEntry.objects.order_by("pk").values_list("action", flat=True)] == ["view", "trial"]

    def test_rows_that_were_ticked_in_the_admin_are_looked_at_until_the_form_is_sent(self, office, district):
        post = district.lead.postings.get()
        ticked = {"action": "end", "_selected_action": [post.pk]}

        office.post(reverse("admin:grids_posting_changelist"), ticked)

        assert last() == ("view", "done", "grids.Posting", f"050101 网格长: {district.lead}")


@pytest.mark.parametrize("path", ["/complaints/new/", "/complaints/{pk}/to/accepted/"])
def test_who_looks_for_a_premises_while_typing_changes_nothing(district, path):
    complaint = ComplaintFactory(area_code="0501")

    client_of(district.by_duty["duty_desk"]).post(path.format(pk=complaint.pk), {"look": "1", "find": "纺织"})

    assert last()[:2] == ("view", "done")
