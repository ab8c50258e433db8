"""Handing reports out: under which name, as what, and what to say while there is nothing to hand out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from assessment.models import Report
from assessment.reporting.desk import ENDINGS, SHEET, TEXT
from assessment.reporting.wording import period_words
from grids.models import Bureau, Station
from gridsup.errors import WrongState
from gridsup.models import Job
from gridsup.periods import Period

OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES = {SHEET: f"{OFFICE}.spreadsheetml.sheet", TEXT: f"{OFFICE}.wordprocessingml.document"}


@dataclass(frozen=True)
class Delivered:
    """An open file, the name that the person's computer gives it, and what it is."""

    content: IO[bytes]
    name: str
    content_type: str


@dataclass(frozen=True)
class Entry:
    """One line of the list of reports."""

    report: Report
    area_name: str
    period: str

    @property
    def percent(self) -> int:
        """How much of the work is done."""
        done, steps = self.report.job.progress
        return 100 * done // steps if steps else 0


def delivered(report: Report, kind: str) -> Delivered:
    """One file of a report; raises WrongState, in words, while there is none."""
    if report.built_at is None:
        if report.job.state == Job.State.FAILED:
            raise WrongState(_("This report was not built: %(why)s") % {"why": report.job.error})
        raise WrongState(_("This report is still being built. Come back in a moment."))
    stored = getattr(report, kind)
    try:
        content = stored.storage.open(stored.name)
    except FileNotFoundError as error:
        raise WrongState(_("The file is not on the server any more. Ask for the report again.")) from error
    return Delivered(content, _name(report, kind), CONTENT_TYPES[kind])


def entries(reports: Iterable[Report]) -> list[Entry]:
    """The reports with the names of their areas, in at most two queries."""
    listed = list(reports)
    names = _names({report.area_code for report in listed})
    return [
        Entry(
            report=report,
            area_name=names.get(report.area_code, report.area_code),
            period=period_words(Period.parse(report.period)),
        )
        for report in listed
    ]


def _name(report: Report, kind: str) -> str:
    """What a file is called on the person's computer."""
    words = {
        "area": _names({report.area_code}).get(report.area_code, report.area_code),
        "period": period_words(Period.parse(report.period)),
        "version": report.version,
    }
    if kind == SHEET:
        name = _("%(area)s, %(period)s, data of grid supervision, version %(version)s") % words
    else:
        name = _("%(area)s, %(period)s, report on grid supervision, version %(version)s") % words
    return f"{name}.{ENDINGS[kind]}"


def _names(codes: set[str]) -> dict[str, str]:
    """Code → name of bureaus and stations."""
    found: dict[str, str] = {}
    models: tuple[Any, ...] = (Bureau, Station)
    for model in models:
        found.update(model.objects.filter(code__in=codes).values_list("code", "name"))
    return found
