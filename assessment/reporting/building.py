"""The job that builds a report: gather each sheet's rows, write both files from them, and say that it is done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from assessment.actions import fits_report, report_of
from assessment.indicators import Span
from assessment.models import Report
from assessment.reporting.desk import SHEET, TEXT, Desk, clear_abandoned
from assessment.reporting.document import write_document
from assessment.reporting.figures import Figures, load
from assessment.reporting.gathering import (
    cut_off,
    gather,
    listed_in,
    names_in,
    premises_by_area,
    rates_before,
    scores,
)
from assessment.reporting.sheets import SHEETS, Sheet, has_data
from assessment.reporting.workbook import write_workbook
from gridsup.jobs import Step, keep_hold
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.workdays import ONE_DAY

Write = Callable[[Path, Figures, Desk], None]


def build_report(job: Job, now: datetime) -> Iterable[Step]:
    """Builds the report of the job's bureau or station for its month or quarter, in the language of the bureau.

    Started by hand it makes the report's row itself. The schedule passes over an area without data; else this raises
    BadInput as `request_report` does.
    """
    period = Period.parse(job.period)
    if job.scheduled and not has_data(Span(job.area_code, period, period.last)):
        return
    fits_report(period=period, area_code=job.area_code, on=timezone.localdate(now))
    work = _Work(job, period, now)
    yield Step("open", work.open)
    for sheet in SHEETS:
        names = (f"{sheet.name}.rows", f"{sheet.name}.tally")
        yield Step(f"gather {sheet.name}", partial(work.keep, *names), partial(work.gather, sheet))
    yield Step("gather the rest", partial(work.keep, "ledger", "before"), work.gather_rest)
    for kind, write in ((SHEET, write_workbook), (TEXT, write_document)):
        yield Step(f"write {kind}", partial(work.publish, kind), partial(work.write, kind, write))
    yield Step("finish", work.finish)


def files_of(job: Job) -> dict[str, list[str]]:
    """What the command line says of an ended job besides its counts: the names of the files."""
    report = Report.objects.filter(job=job, built_at__isnull=False).first()
    return {"files": [report.sheet.path, report.text.path] if report else []}


@dataclass(frozen=True)
class _Work:
    """One attempt at a job."""

    job: Job
    period: Period
    now: datetime

    @property
    def desk(self) -> Desk:
        return Desk.of(Report.objects.get(job=self.job), self.job)

    def open(self) -> dict[str, int]:
        """The report's row and an empty desk; what is known and until when is settled once, for all attempts."""
        report = report_of(job=self.job, now=self.job.queued_at)
        keep_hold(self.job)
        clear_abandoned()
        desk, area = Desk.of(report, self.job), self.job.area_code
        today, asked_on = timezone.localdate(self.now), timezone.localdate(self.job.queued_at)
        desk.clear()
        names = names_in(area)
        desk.write(
            "about",
            {
                "cut_off": cut_off(area, self.period, asked_on - ONE_DAY).isoformat(),
                "built_on": today.isoformat(),
                "names": names,
                "bureau": names_in(area[:2])[area[:2]],
                "listed": listed_in(area),
            },
        )
        desk.keep("about")
        return {}

    def gather(self, sheet: Sheet) -> None:
        """Writes one sheet's rows and what was counted of them."""
        desk = self.desk
        about = desk.read("about")
        with _bureaus_language():
            tally = gather(sheet, self._span(about), about["names"], desk.part(f"{sheet.name}.rows"))
        desk.write(f"{sheet.name}.tally", tally)

    def gather_rest(self) -> None:
        """Writes what stands in no sheet: the ledger, the scores, the rates of the period before."""
        desk, area = self.desk, self.job.area_code
        span = self._span(desk.read("about"))
        with _bureaus_language():
            desk.write("ledger", {"premises": premises_by_area(area), "scores": scores(area, self.period)})
        desk.write("before", rates_before(area, self.period, span.cut_off))

    def keep(self, *names: str) -> dict[str, int]:
        """Puts what was gathered where the next steps find it."""
        keep_hold(self.job)
        desk = self.desk
        for name in names:
            desk.keep(name)
        return {"read": sum(desk.read(name)["rows"] for name in names if name.endswith(".tally"))}

    def write(self, kind: str, write: Write) -> None:
        """Writes a file of the report beside its place."""
        desk = self.desk
        with _bureaus_language():
            write(desk.part(kind), load(desk), desk)

    def publish(self, kind: str) -> dict[str, int]:
        """Moves a file to its place and says so in the report's row."""
        keep_hold(self.job)
        desk = self.desk
        name = {kind: desk.publish(kind)}
        Report.objects.filter(pk=desk.report.pk).update(**name)
        return {"made": 1}

    def finish(self) -> dict[str, int]:
        """The report is whole; what it was made from is put away."""
        keep_hold(self.job)
        desk = self.desk
        Report.objects.filter(pk=desk.report.pk).update(built_at=self.now)
        desk.clear()
        return {}

    def _span(self, about: Mapping[str, Any]) -> Span:
        return Span(self.job.area_code, self.period, date.fromisoformat(about["cut_off"]))


def _bureaus_language() -> translation.override:
    """A report is written in the bureau's language, whoever asked for it."""
    return translation.override(settings.LANGUAGE_CODE)
