"""Every route of the site, walked: as nobody, as an outsider, and with each duty."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from django.utils import timezone

from assessment.actions import load_scheme, score_bureau
from assessment.models import Report, Scorecard
from grids.importing.keeping import keep
from grids.models import (
    Bureau,
    Grid,
    LinkedCadre,
    Officer,
    ResponsibilityLetter,
    ServiceStation,
    Station,
)
from grids.permissions import Duty
from gridsup.audit.chain import append
from gridsup.composition import AUDIT_ACTIONS
from gridsup.models import AuditEntry, Job
from gridsup.periods import Period
from subjects.actions import load_preset
from subjects.models import (
    LedgerExport,
    Permit,
    Premises,
    TimeLimit,
)
from tests.cases import CreditReviewFactory
from tests.factories import (
    AreaChangeFactory,
    AttachmentFactory,
    ClockFactory,
    ComplaintFactory,
    CoverageFactory,
    FaultFactory,
    FindingFactory,
    LetterFactory,
    LocalityFactory,
    PhotoFactory,
    PremisesFactory,
    ReportFactory,
    SubjectFactory,
    TaskFactory,
)
from tests.style import routes as tables
from tests.style import walking as site
from tests.style.pairs import PAIRS

# Stands in the names of bureau 05's rows, and nowhere else.
MARK = "外区密号"
# Stands in those of grid 050101 alone.
INNER = MARK + "格内"


@pytest.fixture
def rows(district):
    """One row of every model, in grid 050101 or above it."""
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())
    for model in (Bureau, Station, Grid):
        model.objects.filter(code__startswith="05").update(name=MARK)
    Officer.objects.filter(pk=district.lead.pk).update(name=INNER)
    subject = SubjectFactory(name=INNER, representative=INNER)
    task = TaskFactory(premises=PremisesFactory(subject=subject, address=INNER, tier="high", mode="key"))
    job = Job.objects.create(
        name="generate_due_tasks", period="2026-11-22", area_code="050101", by=MARK, queued_at=timezone.now()
    )
    locality = LocalityFactory(area_code="050101", name=MARK, grid=district.grid)
    scheme = load_scheme(bureau="05", on=date(2026, 1, 1), now=timezone.now())
    score_bureau(bureau="05", period=Period.parse("2026Q1"), cut_off=date(2026, 4, 30), now=timezone.now())
    card = Scorecard.objects.get(area_code="050101")
    permit = Permit.objects.create(premises=task.premises, number=INNER)
    finding = FindingFactory(visit__premises=task.premises, text=INNER)
    photo = PhotoFactory(visit=finding.visit)
    review = CreditReviewFactory(case__premises=task.premises, case__decision=INNER)
    complaint = ComplaintFactory(premises=task.premises, about=INNER, address=INNER, text=INNER)
    clock = ClockFactory(complaint=complaint, explanation=INNER, rule=TimeLimit.objects.get(key="accept"))
    picture = AttachmentFactory(complaint=complaint)
    entry = append(AuditEntry(bureau="05", area_code="050101", action="view", username=MARK, at=timezone.now()))
    report = ReportFactory(area_code="0501", state="failed", error=MARK)
    letter = LetterFactory(holder=district.lead.postings.get(), giver=district.chief.postings.get())
    export_job = Job.objects.create(
        name="export_ledger", period="2026-11-22", area_code="0501", queued_at=timezone.now()
    )
    export = LedgerExport.objects.create(
        area_code="0501", day=date(2026, 11, 22), job=export_job, requested_at=timezone.now()
    )
    made = [
        report, picture, AreaChangeFactory(reason=MARK), letter, export, entry,
        LinkedCadre.objects.create(grid=district.grid, name=MARK, from_day=date(2026, 1, 1)),
        ServiceStation.objects.create(grid=district.grid, name=MARK, from_day=date(2026, 1, 1)),
        finding, finding.visit, photo, review,
        district.bureau, district.station, district.grid, locality, district.lead, district.lead.postings.get(),
        task.premises.trade, subject, task.premises, permit, task, task.plan, job,
        complaint, clock, scheme, card, FaultFactory(detail=MARK), CoverageFactory(area_code="050101"),
        *(model.objects.filter(bureau="05").first() for model in tables.POLICY),
    ]  # fmt: skip
    return {type(row): row for row in made}


def test_every_route_is_listed_and_can_be_built(rows):
    found = site.walked()

    assert len(found) > 100
    assert site.unlisted(found, rows) == []
    assert set(tables.SEEN) <= set(rows)


def test_no_route_is_listed_that_is_not_there():
    names = {route.name for route in site.routes()}

    assert {*tables.NEEDS, *tables.PUBLIC, *tables.PAGES} <= names


def test_nobody_opens_anything_without_a_login(rows):
    assert site.open_to_anybody(site.walked(), rows) == []


def test_somebody_of_another_bureau_learns_of_no_row(district, rows):
    assert site.leaks(site.walked(), rows, district.outsider, [MARK]) == []


@pytest.mark.parametrize("who", ["neighbour_lead", "far_chief"])
def test_a_neighbour_of_the_same_bureau_learns_of_no_row_of_the_grid(district, rows, who):
    """The lead of the next grid and the chief of the next station: same bureau, same duties, another area."""
    assert site.leaks(site.of_area(rows, "050101"), rows, getattr(district, who), [INNER]) == []


@pytest.mark.parametrize("duty", Duty.values)
def test_a_duty_opens_what_the_table_says_and_nothing_else(district, rows, duty):
    officer = district.by_duty[duty]

    assert site.wrongly_open_or_shut(site.walked(), rows, officer, duty) == []


@pytest.mark.parametrize(("page", "operation"), PAIRS)
def test_page_api_and_admin_give_one_answer_about_one_thing(district, rows, page, operation):
    """For every duty, and for whoever has it elsewhere or has none."""
    others = district.neighbour_lead, district.far_chief, district.outsider, district.nobody
    told = {
        officer.username: site.answers([page, operation], rows, officer)
        for officer in (*district.by_duty.values(), *others)
    }

    assert {name: answers for name, answers in told.items() if len(set(answers)) > 1} == {}
    assert {answers[0] for answers in told.values()} <= {200, 403, 404}
    if admin_page := site.in_admin(operation):
        entering = [one for one in (*district.by_duty.values(), *others) if one.has_perm(tables.P.USE_ADMIN)]
        shown = {one.username: site.answers([admin_page], rows, one) for one in entering}
        assert shown == {name: told[name][:1] for name in shown}


@pytest.mark.parametrize("duty", Duty.values)
def test_no_link_leads_whoever_sees_it_to_a_refusal(district, files, duty):
    assert site.dead_links(site.walked(), files, district.by_duty[duty]) == []


def test_an_account_without_a_post_opens_only_what_is_everybodys(district, rows):
    for route in site.walked():
        address = route.address(rows)
        if route.name in tables.PUBLIC or route.needs() == tables.ANYBODY:
            continue
        for method, answer in site.probe(tables.client_of(district.nobody), address):
            assert answer.status_code in {403, 404, 405}, f"{method} {route.name}"


@pytest.fixture
def files(district, rows, monkeypatch):
    """The rows, with a file wherever a row may have one, and refused rows of an import to be taken back."""
    now = timezone.now()
    report, export = rows[Report], rows[LedgerExport]
    for field in (report.sheet, report.text, export.file):
        field.save("file", ContentFile(b"file"), save=False)
    report.built_at = export.built_at = now
    report.save(update_fields=["sheet", "text", "built_at"])
    export.save(update_fields=["file", "built_at"])
    year = timezone.localdate(now).year
    ResponsibilityLetter.objects.update(year=year, made_on=date(year, 1, 1))
    table = SimpleUploadedFile("people.csv", b"name,username\nx,y\n")
    kept = keep(upload=table, bureau="05", by=district.district_office, now=now)
    monkeypatch.setitem(tables.FIXED, "people_import_rejects", [kept.key])
    return rows


def test_whatever_answers_with_a_file_is_in_the_trail_as_taken_out(district, files):
    """And the trail's table of such routes names every one of them, so that a refused one is called the same."""
    table = {name for name, (_methods, action) in AUDIT_ACTIONS.items() if action == "export"}
    clients = [tables.client_of(one) for one in (district.chief, district.district_office, district.by_duty["auditor"])]
    taken = {}
    for route in site.walked():
        address, before = route.address(files), AuditEntry.objects.aggregate(last=Max("pk"))["last"]
        answers = (client.get(address) for client in clients if route.name not in tables.PUBLIC)
        answer = next((one for one in answers if one.status_code == 200), None)
        if answer is not None and answer.get("Content-Disposition", "").startswith("attachment"):
            b"".join(answer)  # a file is closed by whoever reads it to its end
            entry = AuditEntry.objects.filter(pk__gt=before).order_by("pk").last()
            taken[route.name] = (entry.action, entry.route)

    assert set(taken) == table
    assert {(action, route == name) for name, (action, route) in taken.items()} == {("export", True)}


class TestOfTheTest:
    """A view that was planted without login or scope is found."""

    @pytest.fixture(autouse=True)
    def planted(self, settings, monkeypatch):
        settings.ROOT_URLCONF = "tests.style.planted_urls"
        monkeypatch.setitem(tables.PAGES, "planted_page", Premises)
        monkeypatch.setitem(tables.NEEDS, "planted_list", (tables.P.VIEW,))

    def planted_routes(self):
        return [route for route in site.walked() if route.name.startswith("planted")]

    def test_a_route_that_nobody_listed_is_found(self, rows):
        assert site.unlisted(self.planted_routes(), rows) == ["planted_open", "planted_page"][:1]
        assert site.unlisted(self.planted_routes(), {}) == ["planted_open", "planted_page"]

    def test_a_view_without_login_is_found(self, rows):
        assert site.open_to_anybody(self.planted_routes(), rows) == ["get planted_open: 200", "post planted_open: 200"]

    def test_a_view_without_scope_is_found(self, district, rows):
        faults = site.leaks(self.planted_routes(), rows, district.outsider, [MARK])

        assert "get planted_list: shows a foreign row" in faults
        assert "get planted_page: 200" in faults

    def test_a_view_that_asks_no_permission_is_found(self, district, rows):
        faults = site.wrongly_open_or_shut(self.planted_routes(), rows, district.supervisor, "supervisor")

        assert any("planted_list" in fault for fault in faults)
        assert any("planted_page" in fault for fault in faults)


def test_the_rows_cover_every_model_that_is_shown(rows):
    shown = {route.model() for route in site.walked()} - {None}

    assert shown <= set(rows)
