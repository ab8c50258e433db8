"""What the rules need to know of a batch of records, read and locked by a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer, Posting
from gridsup.codes import lineage
from gridsup.errors import BadInput
from gridsup.holidays import calendar
from gridsup.workdays import WorkCalendar
from inspections.models import Finding, InspectionTask, Visit
from inspections.querysets import FindingQuerySet, TaskQuerySet
from inspections.records import Submission, VisitRecord
from subjects.items import Items
from subjects.models import CheckItem, Placement, Premises, TimeLimit
from subjects.models.policy import PolicyRow

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Facts:
    """Rows by key; `tasks` are the open ones and `findings` those still to be put right, by premises.

    `standing`: records handed in and not replaced, by premises and day of the visit.
    `unsettled`: keys of the records, among those of the findings, that were returned and are not corrected yet.
    `rectified`: findings that a version now corrected had seen put right, by that version.
    `placements`: where each premises stood and when.
    """

    premises: dict[int, Premises]
    officers: dict[int, Officer]
    posts: dict[int, list[Posting]]
    items: Items
    limits: Sequence[TimeLimit]
    calendar: WorkCalendar
    stored: dict[UUID, Visit]
    earlier: dict[int, Visit]
    tasks: dict[int, list[InspectionTask]]
    findings: dict[int, list[Finding]]
    standing: dict[tuple[int, date], list[Visit]]
    unsettled: set[int]
    rectified: dict[int, list[Finding]]
    placements: dict[int, list[Placement]]

    def inspects(self, officer: Officer, area_code: str, on: date) -> bool:
        """The officer holds a post at or above the area on the day whose duty inspects; certificates apart.

        The twin of `OfficerQuerySet.inspecting` for rows that are read already.
        """
        return self.officers[officer.pk].is_active and any(
            area_code.startswith(post.area_code) and post.from_day <= on and (post.to_day is None or post.to_day >= on)
            for post in self.posts[officer.pk]
        )

    def area_of(self, record: VisitRecord, on: date) -> str:
        """Where the record counts: where the version that it corrects does; where the premises stood on the day of the
        visit, if its first officer inspected there then; else where it stands. A change of areas undoes no visit.
        """
        if record.corrects is not None:
            return self.earlier[record.corrects.pk].area_code
        for row in self.placements[record.premises.pk]:
            stood = row.from_day <= on and (row.to_day is None or row.to_day >= on)
            if stood and self.inspects(record.lead, row.area_code, on):
                return row.area_code
        return self.premises[record.premises.pk].area_code

    def limit(self, bureau: str, key: str, on: date) -> TimeLimit:
        """The bureau's time limit on a day; raises BadInput when its policy has none then."""
        for row in self.limits:
            if row.bureau_id == bureau and row.key == key and holds(row, on):
                return row
        raise BadInput(
            _("Bureau %(code)s has no policy on %(day)s. Load a preset first.") % {"code": bureau, "day": on}
        )

    def ends(self, bureau: str, key: str, start: date, on: date) -> date:
        """The last safe day of a limit, by the row in force on `on`, that begins to count after `start`."""
        limit = self.limit(bureau, key, on)
        return self.calendar.after(start, limit.days, limit.unit).due


def holds(row: PolicyRow, on: date) -> bool:
    """The policy row is in force on the day."""
    return row.from_day <= on and (row.to_day is None or row.to_day >= on)


def gather(submissions: Sequence[Submission]) -> Facts:
    """Locks the premises, tasks and findings of the records and reads everything else; in a transaction."""
    records = [given.record for given in submissions]
    people = {person.pk for record in records for person in (record.lead, record.partner) if person is not None}
    places = {record.premises.pk for record in records}
    premises = hold(places)
    bureaus = {row.area_code[:2] for row in premises.values()}
    earlier = {record.corrects.pk for record in records if record.corrects is not None}
    known = Visit.objects.filter(Q(client_id__in=[record.client_id for record in records]) | Q(pk__in=earlier))
    visits = list(known.annotate(discharged=Exists(InspectionTask.objects.filter(visit=OuterRef("pk")))))
    tasks = InspectionTask.objects.open().filter(premises__in=places).with_followers()
    findings = Finding.objects.to_rectify().filter(premises__in=places).select_related("recheck")
    return Facts(
        premises=premises,
        officers=Officer.objects.prefetch_related("certificates").in_bulk(people),
        posts=_by(Posting.objects.that_inspect().filter(officer__in=people), "officer_id"),
        items=Items(CheckItem.objects.filter(bureau_id__in=bureaus)),
        limits=list(TimeLimit.objects.filter(bureau_id__in=bureaus)),
        calendar=calendar(),
        stored={visit.client_id: visit for visit in visits},
        earlier={visit.pk: visit for visit in visits},
        tasks=_by(tasks.select_for_update().order_by("pk"), "premises_id"),
        findings=_by(findings.select_for_update(of=("self",)).order_by("pk"), "premises_id"),
        standing=_standing(records, places),
        unsettled=set(Visit.objects.filter(premises__in=places).uncorrected().values_list("pk", flat=True)),
        rectified=_by(Finding.objects.filter(rectified_by__in=earlier).order_by("pk"), "rectified_by_id"),
        placements=_by(Placement.objects.filter(premises__in=places), "premises_id"),
    )


def minute(moment: datetime) -> datetime:
    """The minute that a moment lies in: nobody means the seconds."""
    return moment.replace(second=0, microsecond=0)


def _standing(records: Sequence[VisitRecord], places: Collection[int]) -> dict[tuple[int, date], list[Visit]]:
    days = {timezone.localdate(record.visited_at) for record in records}
    near = Visit.objects.filter(premises__in=places, visited_on__in=days).valid()
    found: dict[tuple[int, date], list[Visit]] = defaultdict(list)
    for visit in near.order_by("visited_at", "pk").prefetch_related("findings", "rectified", "tasks"):
        if visit.visited_at is not None:
            found[visit.premises_id, timezone.localdate(visit.visited_at)].append(visit)
    return found


def hold(premises: Collection[int]) -> dict[int, Premises]:
    """Locks premises, always in the same order, before anything that belongs to them is locked or made: what two people
    do to the tasks and findings of one premises happens one by one. In a transaction.
    """
    rows = Premises.objects.select_for_update(no_key=True).filter(pk__in=premises).order_by("pk")
    return {row.pk: row for row in rows}


def hold_those_of(*rows: TaskQuerySet | FindingQuerySet) -> None:
    """Locks the premises of many rows as `hold` does, before a job writes to them: a visit and a job come one by one.

    SQLite has one writer, who needs no order.
    """
    if connection.features.has_select_for_update:
        first, *others = (some.order_by().values_list("premises", flat=True) for some in rows)
        held = Premises.objects.select_for_update(no_key=True).filter(pk__in=first.union(*others))
        list(held.order_by("pk").values_list("pk"))


def _by(rows: Iterable[M], column: str) -> dict[int, list[M]]:
    """Rows by one of their columns; an empty list for a value that none has."""
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def where(premises: Premises, lead: Officer, on: date, corrects: Visit | None) -> str:
    """The area in which a visit of the day counts: the twin of `Facts.area_of` for one form."""
    if corrects is not None:
        return corrects.area_code
    then = premises.placements.filter(Q(to_day=None) | Q(to_day__gte=on), from_day__lte=on).first()
    if then is None or then.area_code == premises.area_code:
        return premises.area_code
    inspects = Posting.objects.on(on).that_inspect().filter(officer=lead, area_code__in=lineage(then.area_code))
    return then.area_code if inspects.exists() else premises.area_code


def rectify_by(premises: Premises, on: date) -> date | None:
    """The usual last day to put a problem right that is found on the day; None without a policy."""
    limit = TimeLimit.objects.in_force(premises.area_code[:2], on).filter(key=TimeLimit.Key.RECTIFY).first()
    return calendar().after(on, limit.days, limit.unit).due if limit else None
