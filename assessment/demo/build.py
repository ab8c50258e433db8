"""Builds the demonstration step by step through the actions that a real district uses; each step may be repeated."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Case, Min, Value, When
from django.utils import timezone

from assessment.actions import load_scheme, publish_scores, request_report
from assessment.demo import areas, letters
from assessment.demo.absences import tell_absences
from assessment.demo.answering import Complaints
from assessment.demo.calendar import Calendar, Week, morning
from assessment.demo.dice import Dice
from assessment.demo.ledger import invent, write_sheet
from assessment.demo.mix import FULL, TINY, Mix
from assessment.demo.people import Member, cast
from assessment.demo.proposals import propose_move
from assessment.demo.staffing import fit_guides, place_beside
from assessment.demo.visiting import Visits
from assessment.models import Report, Scorecard
from complaints.models import Complaint
from grids.actions import add_officer, post_officer
from grids.models import Bureau, Grid, GridEvent, Officer, Station
from gridsup.errors import DomainError
from gridsup.jobs import run_inline
from gridsup.models import Job
from gridsup.periods import Period
from inspections.actions import approve_plan, propose_plan, publish_plan
from inspections.models import InspectionPlan, InspectionTask, Visit
from subjects.actions import load_preset
from subjects.importing import run as run_import
from subjects.importing.running import JOB as IMPORT
from subjects.models import MarketSubject, Premises, Tier
from subjects.models.policy import Mode
from subjects.trades import load_trades

PRESET, SCHEME = "FR", "B1"
# Whose last quarter is told in a report: the bureau's, and one station's.
REPORTED = ("05", "0501")
# From the computation of scores to their publication.
TIME_TO_LOOK = timedelta(hours=1)
# Weeks of the story from one line about it to the next: some seconds.
WEEKS_TO_SAY = 4
# Who acts for each bureau: the grid office, and the head who approves.
OFFICES = {"05": ("district", "head05"), "06": ("district06", "head06")}
# What runs every night for each bureau.
NIGHTLY = ("generate_due_tasks", "escalate_overdue")
REGISTERED = [MarketSubject.Kind.ENTERPRISE, MarketSubject.Kind.INDIVIDUAL]


class BuildFailed(DomainError):
    """A step did not do what the demonstration needs."""

    code = "demo_failed"


def built_for() -> date | None:
    """The day that the demonstration in the database was built for; None when there is none."""
    first = GridEvent.objects.filter(grid__in=Grid.objects.in_area("05")).order_by("at").first()
    return Calendar.of_grids_drawn(timezone.localdate(first.at)).today if first else None


@dataclass
class Build:
    """One run: the day it is built for, the seed of its dice, where its file goes, and whom it tells what it does."""

    calendar: Calendar
    folder: Path
    say: Callable[[str], None]
    seed: int = 1
    mix: Mix = FULL
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> dict[str, object]:
        """All steps; returns the report."""
        self.step("areas", self.areas)
        self.step("people", self.people)
        self.step("letters", self.letters)
        self.step("policy", self.policy)
        self.step("import", self.ledgers)
        self.step("apply", self.apply)
        self.step("plan", self.plans)
        self.step("story", self.story)
        self.step("scores", self.scores)
        self.step("reports", self.reports)
        self.step("changes", self.changes)
        return {**report(), "seconds": self.seconds}

    def step(self, name: str, work: Callable[[], str]) -> None:
        """Does one step and says what came out and how long it took."""
        self.say(f"  {name} …")
        start = monotonic()
        outcome = work()
        self.seconds[name] = round(monotonic() - start, 1)
        self.say(f"  {name}: {outcome} ({self.seconds[name]} s)")

    def areas(self) -> str:
        """Bureaus, stations, localities, trades, and grids drawn and approved."""
        areas.load_areas()
        load_trades()
        made = areas.draw_grids(now=morning(self.calendar.grids_drawn))
        return f"{Station.objects.count()} stations, {Grid.objects.count()} grids, {made} of them new"

    @transaction.atomic
    def people(self) -> str:
        """Accounts, certificates and posts; one password, hashed once."""
        stations = list(Station.objects.values_list("code", flat=True))
        grids = list(Grid.objects.values_list("code", flat=True))
        known = set(Officer.objects.values_list("username", flat=True))
        members = [member for member in cast(stations, grids, seed=self.seed) if member.username not in known]
        password_hash = make_password(settings.DEMO_PASSWORD) if members else ""
        for member in members:
            self.engage(member, password_hash)
        tell_absences(self.calendar)
        return f"{Officer.objects.count()} officers, {len(members)} of them new"

    def engage(self, member: Member, password_hash: str) -> None:
        """One account with its posts."""
        certificate = self.calendar.ago(-member.certificate) if member.certificate else None
        officer = add_officer(
            username=member.username,
            name=member.name,
            password_hash=password_hash,
            certificate_no=f"演示-{member.username}" if certificate else "",
            certificate_valid_to=certificate,
            now=morning(self.calendar.ago(member.days)),
        )
        since = self.calendar.ago(member.days)
        for area in member.areas:
            post_officer(
                officer=officer,
                duty=member.duty,
                area_code=area,
                from_day=since,
                line=member.line,
                team=member.team,
                now=morning(since),
            )

    def letters(self) -> str:
        """This year's responsibility letters, most of them signed."""
        officers = Officer.objects.in_bulk(field_name="username")
        count = 0
        for bureau, (office, _head) in OFFICES.items():
            if not letters.has_letters(bureau):
                chiefs = {
                    code: officers[f"chief{code}"]
                    for code in Station.objects.in_area(bureau).values_list("code", flat=True)
                }
                count += letters.sign_letters(bureau, self.calendar, officers[office], chiefs)
        return f"{count} letters new"

    def policy(self) -> str:
        """The preset's rows for each bureau, from the day the ledger came."""
        day = self.calendar.ledger_came
        made = 0
        for bureau, (office, _head) in OFFICES.items():
            if not Tier.objects.filter(bureau_id=bureau).exists():
                by = Officer.objects.get(username=office)
                made += load_preset(bureau=bureau, name=PRESET, on=day, by=by, now=morning(day))["made"]
        fitted = fit_guides(Officer.objects.get(username=OFFICES["05"][0]), day)
        beside = place_beside(day)
        return f"preset {PRESET}, {made} rows new, {fitted} figures fitted; {beside} cadres and service stations new"

    def ledgers(self) -> str:
        """Each bureau's ledger, through a real file and the real importer."""
        read = self.ledger("05", self.mix) + self.ledger("06", TINY)
        return f"{Premises.objects.count()} premises, {read} rows read"

    def ledger(self, bureau: str, mix: Mix) -> int:
        """Writes a bureau's file and imports it, unless all of it is there; returns rows read."""
        if Premises.objects.in_area(bureau).count() >= mix.rows:
            return 0
        day = self.calendar.ledger_came
        rows = invent(areas.ground(bureau), mix, seed=self.seed, on=day, today=self.calendar.today)
        path = write_sheet(rows, self.folder / f"ledger-{bureau}.xlsx", made=morning(day))
        self.say(f"  {path}: {len(rows)} rows")
        outcome = run_import(
            path=path,
            bureau=Bureau.objects.get(code=bureau),
            on=day,
            by=Officer.objects.get(username=OFFICES[bureau][0]),
            now=morning(day),
        )
        # the import is a job of the moment at which it ran; in the story it ran when the ledger came
        Job.objects.filter(name=IMPORT, area_code=bureau).update(
            queued_at=morning(day), started_at=morning(day), finished_at=morning(day)
        )
        if outcome.refused:
            raise BuildFailed(f"The importer refused {outcome.refused} rows of {path}.")
        return len(rows)

    def apply(self) -> str:
        """The policy over the whole ledger and the first check of the drawing, by their jobs."""
        day = self.calendar.ledger_came
        changed = sum(self.job("apply_policy", day, bureau) for bureau in OFFICES)
        for bureau in OFFICES:
            self.job("check_geometry", day, bureau)
        return f"{changed} premises changed"

    def plans(self) -> str:
        """Each bureau's plans: proposed and published by the grid office, approved by the head."""
        published = InspectionPlan.objects.filter(state=InspectionPlan.State.PUBLISHED)
        made = 0
        for bureau in OFFICES:
            for year in self.calendar.plan_years:
                if not InspectionPlan.objects.filter(bureau_id=bureau, year=year).exists():
                    self.plan(bureau, year)
                    made += 1
        return f"{published.count()} plans published, {made} of them new"

    @transaction.atomic
    def plan(self, bureau: str, year: int) -> None:
        """One plan, from draft to publication."""
        day, now = self.calendar.ledger_came, morning(self.calendar.ledger_came)
        office, head = (Officer.objects.get(username=name) for name in OFFICES[bureau])
        plan = propose_plan(bureau=bureau, year=year, on=day, by=office, now=now)
        publish_plan(plan=approve_plan(plan=plan, by=head, now=now), on=day, by=office, now=now)

    def story(self) -> str:
        """What happened since the ledger came, week by week, and the jobs of last night."""
        officers = {officer.username: officer for officer in Officer.objects.all()}
        dice, told = Dice(self.seed), 0
        for bureau in OFFICES:
            ledger = Premises.objects.in_area(bureau).select_related("subject").order_by("pk")
            premises = {row.pk: row for row in ledger}
            visits = Visits(bureau, self.calendar, dice, officers, premises)
            complaints = Complaints(bureau, self.calendar, dice, officers, premises)
            told += sum(self.week(week, visits, complaints) for week in self.calendar.weeks)
            self.night(self.calendar.today, bureau)
            self.job("check_geometry", self.calendar.today, bureau)
        tasks, visits_made, cases = (model.objects.count() for model in (InspectionTask, Visit, Complaint))
        return f"{told} weeks told; {tasks} tasks, {visits_made} visits, {cases} complaints"

    @transaction.atomic
    def week(self, week: Week, visits: Visits, complaints: Complaints) -> int:
        """One bureau's week, whole or not at all: the jobs of its first night are the sign that it was told."""
        if self.is_done(NIGHTLY[0], week.first, visits.bureau):
            return 0
        number, weeks = self.calendar.weeks.index(week), len(self.calendar.weeks)
        if number % WEEKS_TO_SAY == 0:
            self.say(f"    bureau {visits.bureau}, week {number + 1} of {weeks}, from {week.first}")
        self.night(week.first, visits.bureau)
        visits.tell(week)
        complaints.tell(week)
        return 1

    def scores(self) -> str:
        """Each bureau's scheme, and the cards of the quarters told: computed by the job, published by the office."""
        for bureau, (office, _head) in OFFICES.items():
            by, day = Officer.objects.get(username=office), self.calendar.ledger_came
            load_scheme(bureau=bureau, name=SCHEME, on=day, by=by, now=morning(day))
            for quarter in self.calendar.quarters:
                self.score(bureau, quarter, by)
        return f"{Scorecard.objects.count()} cards"

    @transaction.atomic
    def score(self, bureau: str, quarter: Period, by: Officer) -> None:
        """One quarter of one bureau, once its late entries are in."""
        if Scorecard.objects.in_area(bureau).filter(period=str(quarter), state=Scorecard.State.PUBLISHED).exists():
            return
        now = self.calendar.begins(self.calendar.scored_on(quarter))
        self.run_job("score_period", str(quarter), bureau, now)
        publish_scores(bureau=bureau, period=str(quarter), by=by, now=now + TIME_TO_LOOK)

    def reports(self) -> str:
        """The last quarter's reports, asked for by the grid office and built by the job."""
        for area in REPORTED:
            self.report_on(area, self.calendar.quarters[-1])
        return ", ".join(report_files())

    @transaction.atomic
    def report_on(self, area: str, quarter: Period) -> None:
        """One area's report, once."""
        if Report.objects.filter(area_code=area, period=str(quarter), built_at__isnull=False).exists():
            return
        by = Officer.objects.get(username=OFFICES[area[:2]][0])
        now = self.calendar.begins(self.calendar.scored_on(quarter)) + 2 * TIME_TO_LOOK
        request_report(area=area, period=str(quarter), by=by, now=now)
        self.run_job("build_report", str(quarter), area, now)

    def changes(self) -> str:
        """What of the areas is to become another and waits for the grid office."""
        return f"{propose_move(self.calendar)} changes of areas proposed"

    def night(self, day: date, bureau: str) -> None:
        """The jobs that run before a day begins."""
        for name in NIGHTLY:
            self.job(name, day, bureau)

    def job(self, name: str, day: date, bureau: str) -> int:
        """Runs a job inline for a bureau's day, once; returns how many rows it made or changed."""
        if self.is_done(name, day, bureau):
            return 0
        job = self.run_job(name, day.isoformat(), bureau, self.calendar.begins(day))
        return int(job.counts.get("made", 0) or job.counts.get("changed", 0))

    @staticmethod
    def run_job(name: str, period: str, area: str, now: datetime) -> Job:
        """A job at a moment of the story; raises BuildFailed unless it comes to its end."""
        job = run_inline(name=name, period=period, area_code=area, now=now, clock=lambda: now)
        if job.state != Job.State.DONE:
            raise BuildFailed(f"{name} for {period} in {area}: {job.error}")
        return job

    @staticmethod
    def is_done(name: str, day: date, bureau: str) -> bool:
        """The job ran for the bureau's day."""
        return Job.objects.filter(name=name, period=day.isoformat(), area_code=bureau, state=Job.State.DONE).exists()


def report(bureau: str = "05") -> dict[str, object]:
    """What stands in the database for a bureau, under the names of tables.md "Formats"."""
    subjects = MarketSubject.objects.filter(bureau_id=bureau)
    premises = Premises.objects.in_area(bureau)
    return {
        "registered": subjects.filter(kind__in=REGISTERED).count(),
        "markets": subjects.filter(kind=MarketSubject.Kind.MARKET).count(),
        "unlicensed": subjects.filter(kind=MarketSubject.Kind.UNLICENSED).count(),
        "premises": premises.count(),
        "placed": premises.filter(grid__isnull=False).count(),
        "modes": modes(bureau),
        "tasks": InspectionTask.objects.in_area(bureau).count(),
        "visits": Visit.objects.in_area(bureau).sent().count(),
        "complaints": Complaint.objects.in_area(bureau).count(),
        "scorecards": Scorecard.objects.in_area(bureau).count(),
        "report_files": report_files(bureau),
    }


def report_files(bureau: str = "05") -> list[str]:
    """The files of the demonstration's reports, below the folder of files that were handed in or built.

    A site that is served builds more by itself, month by month: those are not among them.
    """
    day = built_for()
    if day is None:
        return []
    told = Report.objects.in_area(bureau).filter(area_code__in=REPORTED, period=str(Calendar(day).quarters[-1]))
    built = told.filter(version=1, built_at__isnull=False).order_by("area_code")
    return [str(file) for report in built for file in (report.sheet, report.text)]


def modes(bureau: str) -> dict[str, int]:
    """Registered subjects by the strictest mode of their premises in business."""
    order = [Mode.KEY, Mode.GENERAL, Mode.EXEMPT]
    strictness = Case(*(When(mode=mode, then=Value(rank)) for rank, mode in enumerate(order)))
    active = Premises.objects.in_area(bureau).active().filter(subject__kind__in=REGISTERED)
    ranks = Counter(active.values("subject").annotate(rank=Min(strictness)).values_list("rank", flat=True))
    return {str(mode): ranks[rank] for rank, mode in enumerate(order)}
