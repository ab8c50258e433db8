"""Writes to the yearly plan: proposed from the ledger's rhythm, approved, published, closed."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput
from gridsup.states import advance, check
from inspections.models import InspectionPlan, PlanEvent, PlanLine
from inspections.models.plan import PLAN_MOVES
from inspections.querysets import foreseen
from subjects.actions import figure
from subjects.models import Premises

PlanState = InspectionPlan.State


def propose_plan(
    *,
    bureau: str,
    year: int,
    on: date,
    now: datetime,
    by: Officer | None = None,
    cap: int | None = None,
    cap_basis: str = InspectionPlan.CapBasis.PREMISES,
    cap_reason: str = "",
) -> InspectionPlan:
    """Drafts the next version of a bureau's plan for a year from the ledger's rhythm, cut to the cap.

    `cap`: visits a year at most; None takes the policy's figure. Raises NotAllowed, BadInput without a policy, for a
    year that is over, or for a cap above the policy's figure without a reason.
    """
    check(by, Permission.PLAN, bureau)
    usual = figure(bureau, "yearly_cap", on)
    cap = usual if cap is None else cap
    if year < on.year:
        raise BadInput(_("%(year)s is over: a plan looks ahead.") % {"year": year}, field="year")
    if cap < 1 or (cap > usual and not cap_reason.strip()):
        raise BadInput(_("A cap above %(usual)s visits needs a reason.") % {"usual": usual}, field="cap_reason")
    with transaction.atomic():
        earlier = InspectionPlan.objects.filter(bureau_id=bureau, year=year).order_by("-version").first()
        plan = InspectionPlan.objects.create(
            bureau_id=bureau,
            year=year,
            version=earlier.version + 1 if earlier else 1,
            yearly_cap=cap,
            cap_basis=cap_basis,
            cap_reason=cap_reason,
            proposed_on=on,
        )
        PlanLine.objects.bulk_create(_lines(plan))
        PlanEvent.objects.create(plan=plan, what="state", new=plan.state, by=by, at=now, why=cap_reason)
    return plan


def approve_plan(*, plan: InspectionPlan, by: Officer, now: datetime) -> InspectionPlan:
    """The head approves a draft."""
    advance(plan, PlanState.APPROVED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by)
    return plan


def publish_plan(*, plan: InspectionPlan, on: date, by: Officer, now: datetime) -> InspectionPlan:
    """The grid office publishes an approved plan; the version that was in force until now is closed."""
    with transaction.atomic():
        for former in InspectionPlan.objects.filter(
            bureau_id=plan.bureau_id, year=plan.year, state=PlanState.PUBLISHED
        ).exclude(pk=plan.pk):
            close_plan(plan=former, why=_("Version %(n)s takes its place.") % {"n": plan.version}, by=by, now=now)
        advance(
            plan, PlanState.PUBLISHED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by, published_on=on
        )
    return plan


def close_plan(*, plan: InspectionPlan, why: str, by: Officer, now: datetime) -> InspectionPlan:
    """The grid office ends a plan or drops a draft, with a reason; no task is made from it any more."""
    advance(plan, PlanState.CLOSED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by, why=why.strip())
    return plan


def _lines(plan: InspectionPlan) -> list[PlanLine]:
    """The plan by station, tier and mode; a cap counted by subject cuts the later premises of a subject first."""
    ledger = foreseen(
        Premises.objects.in_area(plan.bureau_id).active().filter(next_due_on__lte=plan.last_day),
        plan.year,
        plan.yearly_cap,
    )
    key = ("station", "tier", "mode")
    groups = ledger.annotate(station=Substr("area_code", 1, 4)).order_by().values(*key)
    rows = groups.annotate(premises=Count("pk"), visits=Sum("wanted"), planned=Sum("capped"))
    beyond = _beyond_subject_cap(plan, ledger) if plan.cap_basis == InspectionPlan.CapBasis.SUBJECT else Counter()
    return [
        PlanLine(
            plan=plan,
            area_code=row["station"],
            tier=row["tier"],
            mode=row["mode"],
            premises=row["premises"],
            wanted=row["visits"],
            planned=row["planned"] - beyond[row["station"], row["tier"], row["mode"]],
        )
        for row in rows
    ]


def _beyond_subject_cap(plan: InspectionPlan, ledger: QuerySet[Any]) -> Counter[tuple[str, str, str]]:
    """Visits by (station, tier, mode) that each premises may have alone but its subject may not have in all."""
    several = (
        Premises.objects.in_area(plan.bureau_id).active().values("subject").annotate(n=Count("pk")).filter(n__gt=1)
    )
    beyond: Counter[tuple[str, str, str]] = Counter()
    left: dict[int, int] = {}
    shared = ledger.filter(subject__in=several.values("subject")).order_by("next_due_on", "pk")
    for subject, area, tier, mode, capped in shared.values_list("subject", "area_code", "tier", "mode", "capped"):
        rest = left.get(subject, plan.yearly_cap)
        left[subject] = max(0, rest - capped)
        beyond[area[:4], tier, mode] += max(0, capped - rest)
    return beyond
