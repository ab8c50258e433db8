"""Rows for tests; the named cast stands in the `district` fixture."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from assessment.models import Report
from complaints.models import Attachment, Clock, Complaint
from grids.models import (
    AreaChange,
    AreaPart,
    Bureau,
    Grid,
    GridPeriod,
    Locality,
    Officer,
    Posting,
    ResponsibilityLetter,
    Station,
)
from gridsup.models import Job
from inspections.models import Finding, InspectionPlan, InspectionTask, Visit, VisitPhoto
from subjects.models import Coverage, GeometryFault, MarketSubject, Permit, Premises, TimeLimit, Trade
from tests.cases import case_of

TODAY = date(2026, 11, 22)


def noon(day: date) -> datetime:
    """Noon of the day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())


class BureauFactory(DjangoModelFactory[Bureau]):
    class Meta:
        model = Bureau
        django_get_or_create = ("code",)

    code = "05"
    name = "灞桥区市场监督管理局"


class StationFactory(DjangoModelFactory[Station]):
    class Meta:
        model = Station
        django_get_or_create = ("code",)

    code = "0501"
    name = factory.LazyAttribute(lambda station: f"Station {station.code}")
    bureau = factory.LazyAttribute(lambda station: BureauFactory(code=station.code[:2]))


class GridFactory(DjangoModelFactory[Grid]):
    class Meta:
        model = Grid
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = "050101"
    name = factory.LazyAttribute(lambda grid: f"Grid {grid.code}")
    station = factory.LazyAttribute(lambda grid: StationFactory(code=grid.code[:4]))
    state = Grid.State.APPROVED

    @factory.post_generation
    def facts(self: Grid, create: bool, given: object, **named: object) -> None:
        """A grid in force has been so for long."""
        if create and self.state == Grid.State.APPROVED and not self.periods.exists():
            facts = {"name": self.name, "extent": self.extent, "boundary": self.boundary}
            GridPeriod.objects.create(grid=self, from_day=date(2020, 1, 1), **facts)


class AreaChangeFactory(DjangoModelFactory[AreaChange]):
    """A proposal to rename grid 050101; `state` as in the table."""

    class Meta:
        model = AreaChange
        skip_postgeneration_save = True

    station = factory.SubFactory(StationFactory)
    kind = "redraw"
    state = "proposed"
    reason = "改名"
    effective_on = TODAY
    proposed_at = noon(TODAY)
    in_effect_on = factory.LazyAttribute(lambda change: TODAY if change.state in {"in_effect", "undone"} else None)

    @factory.post_generation
    def grids(self: AreaChange, create: bool, given: object, **named: object) -> None:
        """The one grid concerned."""
        if create:
            grid = GridFactory(code="050101")
            was = {"name": grid.name, "extent": "", "boundary": None, "localities": [], "posts": []}
            AreaPart.objects.create(change=self, code=grid.code, role="changed", name="新名", before=was)


class LocalityFactory(DjangoModelFactory[Locality]):
    class Meta:
        model = Locality
        django_get_or_create = ("code",)

    code = "610111001000"
    name = "纺织城街道"
    kind = Locality.Kind.STREET
    area_code = "0501"


class OfficerFactory(DjangoModelFactory[Officer]):
    class Meta:
        model = Officer

    username = factory.Sequence(lambda n: f"officer{n}")
    name = factory.LazyAttribute(lambda officer: officer.username)


class PostingFactory(DjangoModelFactory[Posting]):
    class Meta:
        model = Posting

    officer = factory.SubFactory(OfficerFactory)
    duty = "grid_lead"
    area_code = "050101"
    from_day = date(2025, 1, 1)


class LetterFactory(DjangoModelFactory[ResponsibilityLetter]):
    """A letter of 2026 that the lead of 050101 has yet to sign; its file holds a few bytes that are no document."""

    class Meta:
        model = ResponsibilityLetter

    year = 2026
    holder = factory.SubFactory(PostingFactory)
    giver = factory.SubFactory(PostingFactory, duty="station_chief", area_code="0501")
    area_code = factory.LazyAttribute(lambda letter: letter.holder.area_code)
    file = factory.django.FileField(filename="letter.docx", data=b"letter")
    state = "made"
    made_on = date(2026, 1, 10)
    signed_on = factory.LazyAttribute(lambda letter: letter.made_on if letter.state == "signed" else None)


class TradeFactory(DjangoModelFactory[Trade]):
    class Meta:
        model = Trade
        django_get_or_create = ("code",)

    code = "5219"
    name = "其他综合零售"
    section = "F"


class SubjectFactory(DjangoModelFactory[MarketSubject]):
    class Meta:
        model = MarketSubject

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"Shop {n}")
    kind = MarketSubject.Kind.INDIVIDUAL
    uscc = factory.Sequence(lambda n: f"92610111MA{n:08d}")
    credit = "A"


class PremisesFactory(DjangoModelFactory[Premises]):
    """A premises in grid 050101 unless `area_code` says otherwise; the grid, station and bureau are made as needed."""

    class Meta:
        model = Premises

    area_code = "050101"
    subject = factory.LazyAttribute(lambda row: SubjectFactory(bureau=BureauFactory(code=row.area_code[:2])))
    grid = factory.LazyAttribute(lambda row: GridFactory(code=row.area_code) if len(row.area_code) == 6 else None)
    address = factory.Sequence(lambda n: f"纺织城街道 {n} 号")
    trade = factory.SubFactory(TradeFactory)
    entered_on = date(2026, 1, 1)


class PermitFactory(DjangoModelFactory[Permit]):
    class Meta:
        model = Permit

    premises = factory.SubFactory(PremisesFactory)
    number = factory.Sequence(lambda n: f"JY{n:014}")


class FaultFactory(DjangoModelFactory[GeometryFault]):
    """An open fault of grid 050101's drawing: it has no boundary."""

    class Meta:
        model = GeometryFault

    kind = "undrawn"
    area_code = "050101"
    since = TODAY
    checked_at = noon(TODAY)


class CoverageFactory(DjangoModelFactory[Coverage]):
    """Today's coverage of bureau 05: a tenth of its 100 km² lies in no grid."""

    class Meta:
        model = Coverage

    area_code = "05"
    day = TODAY
    ground = 100_000_000.0
    gaps = 10_000_000.0
    checked_at = noon(TODAY)


class DuePremisesFactory(PremisesFactory):
    """A premises under key patrol that falls due."""

    tier = "high"
    mode = "key"
    interval_months = 2
    next_due_on = TODAY


class PlanFactory(DjangoModelFactory[InspectionPlan]):
    class Meta:
        model = InspectionPlan

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    yearly_cap = 6
    state = InspectionPlan.State.PUBLISHED
    proposed_on = date(2025, 12, 1)
    published_on = date(2025, 12, 20)


class VisitFactory(DjangoModelFactory[Visit]):
    """A problem-free visit of two certified officers, submitted on the day; `state` draft, submitted, returned …"""

    class Meta:
        model = Visit

    client_id = factory.LazyFunction(uuid4)
    premises = factory.SubFactory(DuePremisesFactory)
    area_code = factory.LazyAttribute(lambda visit: visit.premises.area_code)
    lead = factory.SubFactory(OfficerFactory, certificate_no="S-1", certificate_valid_to=date(2030, 1, 1))
    partner = factory.SubFactory(OfficerFactory, certificate_no="S-2", certificate_valid_to=date(2030, 1, 1))
    outcome = "no_problem"
    state = "submitted"
    visited_on = TODAY
    visited_at = factory.LazyAttribute(lambda visit: noon(visit.visited_on))
    submitted_on = factory.LazyAttribute(lambda visit: None if visit.state == "draft" else visit.visited_on)
    submitted_at = factory.LazyAttribute(lambda visit: noon(visit.submitted_on) if visit.submitted_on else None)
    entry_due_on = factory.LazyAttribute(lambda visit: visit.visited_on + timedelta(days=2))
    reviewed_at = factory.LazyAttribute(
        lambda visit: noon(visit.submitted_on) if visit.state in {"returned", "archived"} else None
    )


class FindingFactory(DjangoModelFactory[Finding]):
    """A problem ordered to be corrected within two weeks."""

    class Meta:
        model = Finding

    visit = factory.SubFactory(VisitFactory, outcome="problem")
    premises = factory.LazyAttribute(lambda finding: finding.visit.premises)
    area_code = factory.LazyAttribute(lambda finding: finding.visit.area_code)
    text = "Sold goods past their date"
    disposition = "order"
    state = "ordered"
    found_on = factory.LazyAttribute(lambda finding: finding.visit.visited_on)
    rectify_by = factory.LazyAttribute(lambda finding: finding.found_on + timedelta(days=14))
    rectified_on = factory.LazyAttribute(lambda finding: finding.rectify_by if finding.state == "rectified" else None)
    case = factory.LazyAttribute(case_of)


class PhotoFactory(DjangoModelFactory[VisitPhoto]):
    """A photo of a visit; its file holds a few bytes that are no picture."""

    class Meta:
        model = VisitPhoto

    visit = factory.SubFactory(VisitFactory)
    file = factory.django.FileField(filename="photo.jpg", data=b"photo")
    sha256 = factory.Sequence(lambda n: f"{n:064}")


class TaskFactory(DjangoModelFactory[InspectionTask]):
    """A due routine task of a published plan."""

    class Meta:
        model = InspectionTask

    premises = factory.SubFactory(DuePremisesFactory)
    area_code = factory.LazyAttribute(lambda task: task.premises.area_code)
    reason = "routine"
    plan = factory.LazyAttribute(
        lambda task: (
            InspectionPlan.objects.filter(bureau=task.area_code[:2], state="published").first()
            or PlanFactory(bureau=BureauFactory(code=task.area_code[:2]))
        )
    )
    due_on = TODAY
    opens_on = date(2026, 10, 23)
    made_on = factory.SelfAttribute("opens_on")
    state = "due"
    done_on = factory.LazyAttribute(lambda task: task.due_on if task.state == "done" else None)
    visit = factory.LazyAttribute(
        lambda task: (
            VisitFactory(premises=task.premises, visited_on=task.done_on, area_code=task.area_code)
            if task.state == "done"
            else None
        )
    )


class TimeLimitFactory(DjangoModelFactory[TimeLimit]):
    """Seven working days to accept or refuse."""

    class Meta:
        model = TimeLimit
        django_get_or_create = ("bureau", "key")

    bureau = factory.SubFactory(BureauFactory)
    preset = "FR"
    from_day = date(2024, 1, 1)
    source = "Order 121"
    key = "accept"
    days = 7
    unit = "working"


class ComplaintFactory(DjangoModelFactory[Complaint]):
    """A consumer's complaint that came in by telephone today."""

    class Meta:
        model = Complaint

    number = factory.Sequence(lambda n: f"05-2026-{900_000 + n}")  # beyond what any test takes in by itself
    follow_code = "K7M2QX9P"
    kind = "complaint"
    channel = "phone"
    area_code = "050101"
    state = "received"
    text = "The scale shows too much."
    received_on = TODAY
    received_at = factory.LazyAttribute(lambda complaint: noon(complaint.received_on))
    closed_on = factory.LazyAttribute(lambda complaint: complaint.received_on if complaint.state == "closed" else None)
    refusal = factory.LazyAttribute(lambda complaint: "not_ours" if complaint.state == "refused" else "")
    linked_to = factory.LazyAttribute(
        lambda complaint: ComplaintFactory(kind=complaint.kind) if complaint.state == "linked" else None
    )


class ClockFactory(DjangoModelFactory[Clock]):
    """A limit to accept that ends today."""

    class Meta:
        model = Clock

    complaint = factory.SubFactory(ComplaintFactory)
    area_code = factory.LazyAttribute(lambda clock: clock.complaint.area_code)
    kind = "accept"
    rule = factory.SubFactory(TimeLimitFactory)
    started_on = TODAY - timedelta(days=9)
    due_on = TODAY
    latest_on = factory.LazyAttribute(lambda clock: clock.due_on)


class ReportFactory(DjangoModelFactory[Report]):
    """A station's report of October that was asked for; `state` and `error` are those of its job."""

    class Meta:
        model = Report

    class Params:
        state = "queued"
        error = ""

    area_code = "0501"
    period = "2026-10"
    requested_at = noon(TODAY)

    @factory.lazy_attribute
    def job(self):
        ended = noon(TODAY) if self.state in {"done", "failed"} else None
        running = {"lease_until": noon(TODAY), "started_at": noon(TODAY)} if self.state == "running" else {}
        return Job.objects.create(
            name="build_report", period=self.period, area_code=self.area_code, state=self.state,
            error=self.error, queued_at=noon(TODAY), finished_at=ended, **running,
        )  # fmt: skip


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A picture of a complaint; its file holds a few bytes that are no picture."""

    class Meta:
        model = Attachment

    complaint = factory.SubFactory(ComplaintFactory)
    file = factory.django.FileField(filename="picture.jpg", data=b"picture")
    sha256 = factory.Sequence(lambda n: f"{n:064}")
