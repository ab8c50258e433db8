"""Query sets of plans and tasks."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import connections
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, ExtractMonth, ExtractYear, Least, Substr

from grids.permissions import HOLDERS, Permission
from grids.querysets import at_or_above
from gridsup.dates import week_from
from gridsup.parts import Part
from gridsup.scoping import HoldsAreas, ScopedQuerySet, inside
from gridsup.searching import holds_words
from gridsup.setwise import SetWise

MONTHS_A_YEAR = 12

if TYPE_CHECKING:
    from grids.models import Officer
    from inspections.models import CreditReview, Finding, InspectionPlan, InspectionTask, Visit, VisitPhoto
    from subjects.querysets import PremisesQuerySet


def premises_named(text: str) -> "QuerySet[Any]":
    """Keys of premises whose name or address holds every word: found once, not looked up for each visit of theirs."""
    from subjects.models import Premises

    return Premises.objects.filter(holds_words(text, ["subject__name", "address"])).order_by().values("pk")


class PlanQuerySet(ScopedQuerySet["InspectionPlan"]):
    """Plans of a bureau; every station and grid of the bureau may read what was planned for it."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Plans of every bureau in which the officer may view business rows somewhere."""
        return self.filter(bureau__in={code[:2] for code in officer.area_codes(self.view_permission)})

    def in_area(self, code: str) -> Self:
        """Plans of the bureau that the area lies in."""
        return self.filter(bureau=code[:2])

    def with_totals(self) -> Self:
        """Each plan with its bureau and the sums of its lines: `wanted` by the rhythm, `planned` within the cap."""
        sums = {"wanted": Sum("lines__wanted"), "planned": Sum("lines__planned"), "premises": Sum("lines__premises")}
        return self.select_related("bureau").annotate(**sums)


class TaskQuerySet(SetWise["InspectionTask"]):
    """Obligations to visit."""

    def open(self) -> Self:
        """Planned or due: still to be done."""
        return self.filter(state__in=["planned", "due"])

    def counted(self) -> Self:
        """Owed or done: neither cancelled nor merged into another."""
        return self.filter(state__in=["planned", "due", "done"])

    def coverable(self, day: date | OuterRef | None) -> Self:
        """Open, with a window that is open on the day: what a visit of that day may discharge."""
        return self.open().filter(opens_on__lte=day)

    def with_followers(self) -> Self:
        """Each with `has_followers`: other obligations were merged into it."""
        return self.annotate(has_followers=Exists(self.model.objects.filter(merged_into=OuterRef("pk"))))

    def near_pairs(self, part: Part, span: int) -> dict[int, int]:
        """Open tasks due at most `span` days after another of their premises → the earliest such, by primary key.

        A task joins only one that joins nothing itself, so that no chain of merges carries a visit far from its day.
        """
        with connections[self.db].cursor() as cursor:
            params: dict[str, str | int] = {"low": part.low, "high": part.high, "reach": (span + 1) * KEY_DAY - 1}
            cursor.execute(near_statement(connections[self.db].vendor), params)
            return dict(cursor.fetchall())

    def at_cap(self, plan: "InspectionPlan") -> "QuerySet[Any]":
        """Premises whose visits of the plan's year, owed or done, have reached its cap."""
        used = self._of_year(plan).order_by().values("premises").annotate(n=Count("pk"))
        return used.filter(n__gte=plan.yearly_cap).values("premises")

    def used_by_subject(self, plan: "InspectionPlan") -> Subquery:
        """For each outer premises: visits of the plan's year, owed or done, at all premises of its subject."""
        same = self._of_year(plan).filter(premises__subject=OuterRef("subject"))
        return Subquery(
            same.order_by().values("plan__year").annotate(n=Count("pk")).values("n"), output_field=IntegerField()
        )

    def _of_year(self, plan: "InspectionPlan") -> Self:
        """Tasks of any version of the plan's year that are owed or done."""
        return self.filter(plan__bureau_id=plan.bureau_id, plan__year=plan.year, state__in=["planned", "due", "done"])

    def in_state(self, state: str) -> Self:
        """In a state, or in one of those that are taken together: `open`, or `counted` for owed or done."""
        return {"open": self.open, "counted": self.counted}.get(state, lambda: self.filter(state=state))()

    def overdue(self, on: date) -> Self:
        """Due, and the due day is over; not a state of its own."""
        return self.filter(state="due", due_on__lt=on)

    def done_in_time(self) -> Self:
        """Done by the due day."""
        return self.filter(state="done", done_on__lte=F("due_on"))

    def done_late(self) -> Self:
        """Done, but after the due day."""
        return self.filter(state="done", done_on__gt=F("due_on"))

    def missed(self, on: date) -> Self:
        """Not done by the due day: overdue, or done late."""
        return self.filter(Q(state="due", due_on__lt=on) | Q(state="done", done_on__gt=F("due_on")))

    def search(self, text: str) -> Self:
        """Tasks of premises whose name or address holds every word of the text."""
        return self.filter(premises__in=premises_named(text))

    def with_file(self) -> Self:
        """With everything that a list shows of a task."""
        return self.select_related(
            "premises__subject", "premises__locality__street", "premises__grid", "assignee", "plan"
        )

    def at_place(self, code: str) -> Self:
        """Tasks of premises in one street, or in one community or village, by its 12-digit code."""
        return self.filter(Q(premises__locality=code) | Q(premises__locality__street=code))

    def by_round(self, on: date, sections: Collection[int]) -> Self:
        """In the order of a round on foot: late (section 0), due within seven days (1), later (2); street by street."""
        section = Case(When(due_on__lt=on, then=0), When(due_on__lte=week_from(on), then=1), default=2)
        street = Coalesce("premises__locality__street", "premises__locality", Value(""))
        return (
            self.annotate(section=section, street=street)
            .filter(section__in=sections)
            .order_by("section", "street", "premises__locality", "premises__address", "pk")
        )

    def count_by_section(self, on: date) -> dict[str, int]:
        """How many are late, due within seven days, and later: {"overdue", "soon", "later"}."""
        return self.aggregate(
            overdue=Count("pk", filter=Q(due_on__lt=on)),
            soon=Count("pk", filter=Q(due_on__gte=on, due_on__lte=week_from(on))),
            later=Count("pk", filter=Q(due_on__gt=week_from(on))),
        )

    def mine(self, officer: "Officer") -> Self:
        """Work of one officer: given to them by name, or nobody's by name in a grid that they hold today; in the area
        where they stand in also what is given by name to whom they stand in for.
        """
        held = [post.area_code for post in officer.current_postings if post.duty in HOLDERS]
        mine = Q(assignee=officer) | Q(assignee__isnull=True, area_code__in=held)
        for post in officer.current_postings:
            if post.stands_in_for is not None:
                mine |= Q(inside([post.area_code]), assignee=post.stands_in_for.officer_id)
        return self.filter(mine)


class VisitQuerySet(SetWise["Visit"]):
    """Records of inspections."""

    def sent(self) -> Self:
        """Submitted, whatever became of them since: everything but drafts."""
        return self.exclude(state="draft")

    def readable_by(self, officer: "Officer") -> Self:
        """Handed in, or put aside by the officer: what somebody else put aside is nobody's business yet."""
        return self.filter(~Q(state="draft") | Q(lead=officer))

    def reached_by(self, officer: "Officer") -> Self:
        """Records in the officer's areas, and what is still to be done about others since their premises moved: own
        forms that were put aside and own returned records, within the officer's bureaus, and the returned records of
        premises that stand where the officer inspects.
        """
        held = officer.area_codes("inspect")
        own = Q(state="draft", lead=officer) | Q(Q(lead=officer) | Q(partner=officer), state="returned")
        mine = inside({code[:2] for code in held}) & own
        theirs = inside(held, "premises__area_code") & Q(state="returned")
        return self.filter(inside(officer.area_codes(self.view_permission)) | mine | theirs)

    def unfinished(self) -> Self:
        """Put aside, or returned and not corrected yet, though the correction may have been begun."""
        return self.filter(state__in=["draft", "returned"]).not_replaced()

    def in_bureaus_of(self, officer: "Officer") -> Self:
        """Records in the bureaus where the officer inspects today."""
        return self.filter(inside({code[:2] for code in officer.area_codes("inspect")}))

    def to_review(self) -> Self:
        """Waiting for the chief."""
        return self.filter(state="submitted")

    def problem_free(self) -> Self:
        """Nothing was found and nothing hindered the visit: what may be archived many at once."""
        return self.filter(outcome="no_problem")

    def with_problem(self) -> Self:
        """Something was found or hindered the visit: what has to be read before it is archived."""
        return self.exclude(outcome="no_problem")

    def valid(self) -> Self:
        """The latest version of each record: what counts as what happened."""
        return self.sent().not_replaced()

    def not_replaced(self) -> Self:
        """No corrected version was handed in; one that was put aside replaces nothing yet.

        A set found once: SQLite's statistics take a column of many nulls for useless, and would scan the table a row.
        """
        replaced = self.model._default_manager.filter(corrects__isnull=False).exclude(state="draft")
        return self.exclude(pk__in=replaced.order_by().values("corrects"))

    def of_officer(self, officer: "Officer") -> Self:
        """Visits that the officer made, first or second."""
        return self.filter(Q(lead=officer) | Q(partner=officer))

    def not_of(self, officer: "Officer") -> Self:
        """Records that the officer may review as somebody else's; the twin of `rules.is_own`."""
        from inspections.models import VisitEvent

        for_others = VisitEvent.objects.filter(what="state", new="submitted", by=officer, visit__version__gt=1)
        theirs = self.exclude(lead=officer).exclude(partner=officer)
        return theirs.exclude(pk__in=for_others.order_by().values("visit"))

    def put_aside(self, officer: "Officer") -> Self:
        """Forms that the officer put aside and did not drop, wherever their premises went; those of returned records
        apart."""
        aside = self.filter(state="draft", submitted_at__isnull=True, lead=officer, corrects__isnull=True)
        return aside.exclude(draft={})

    def uncorrected(self) -> Self:
        """Returned records of which no corrected version was handed in."""
        return self.filter(state="returned").not_replaced()

    def beyond_correction(self, on: date) -> Self:
        """Returned records that nobody is left to correct: nobody of the day inspects where they count or where their
        premises stands by now, and neither of their officers inspects in the bureau (`rules.may_correct`)."""
        from grids.models import Posting

        posts = Posting.objects.on(on).that_inspect().filter(officer__is_active=True)
        signed = Q(officer=OuterRef("lead")) | Q(officer=OuterRef("partner"))
        own = posts.annotate(bureau=Substr("area_code", 1, 2)).filter(
            signed, bureau=Substr(OuterRef("area_code"), 1, 2)
        )
        found = self.uncorrected().exclude(Exists(own))
        for field in ("area_code", "premises__area_code"):
            found = found.exclude(Exists(posts.filter(at_or_above(field))))
        return found

    def to_correct(self, officer: "Officer") -> Self:
        """Returned records of the officer of which no corrected version was handed in; `why_returned` tells why."""
        return self.of_officer(officer).uncorrected().telling_why()

    def telling_why(self) -> Self:
        """Each with `why_returned`: the reason of its last return."""
        from inspections.models import VisitEvent

        returns = VisitEvent.objects.filter(visit=OuterRef("pk"), what="state", new="returned").order_by("-pk")
        return self.annotate(why_returned=Subquery(returns.values("why")[:1]))

    def search(self, text: str) -> Self:
        """Visits of premises whose name or address, or by officers whose name, holds every word of the text."""
        from grids.models import Officer

        people = Officer.objects.filter(holds_words(text, ["name"])).order_by().values("pk")
        return self.filter(Q(premises__in=premises_named(text)) | Q(lead__in=people) | Q(partner__in=people))

    def with_file(self) -> Self:
        """With everything that a list shows of a visit."""
        return self.select_related("premises__subject", "lead", "partner")


class FindingQuerySet(SetWise["Finding"]):
    """Problems found."""

    line_field = "line"

    def in_state(self, state: str) -> Self:
        """In a state, or in one of those that are taken together: `to_rectify` or `to_follow`."""
        together = {"to_rectify": self.to_rectify, "to_follow": self.to_follow}
        return together.get(state, lambda: self.filter(state=state))()

    def to_rectify(self) -> Self:
        """Ordered and not yet corrected, in time or not."""
        return self.filter(state__in=["ordered", "escalated"])

    def of_standing_records(self) -> Self:
        """But for findings of records that were returned and not corrected yet: these may still be withdrawn."""
        from inspections.models import Visit

        return self.exclude(visit__in=Visit.objects.uncorrected().order_by().values("pk"))

    def overdue(self, on: date) -> Self:
        """To be corrected, and the last day is over."""
        return self.to_rectify().filter(rectify_by__lt=on)

    def untouched(self) -> Self:
        """Still as the record left them: nobody decided, escalated or put anything right since."""
        first = self.model.FIRST_STATE.items()
        asleep = (Q(disposition=disposition, state=state) for disposition, state in first)
        return self.filter(Q(*asleep, _connector=Q.OR))

    def to_follow(self) -> Self:
        """Not at their end: they move with the premises."""
        return self.filter(state__in=self.model.TO_FOLLOW)

    def search(self, text: str) -> Self:
        """Findings whose words, or whose premises' name or address, hold every word of the text."""
        return self.filter(Q(premises__in=premises_named(text)) | holds_words(text, ["text"]))

    def with_file(self) -> Self:
        """With everything that a list shows of a finding."""
        return self.select_related("premises__subject", "visit", "recheck")


class OfVisitQuerySet(ScopedQuerySet["VisitPhoto"]):
    """Parts of a visit; scoped by the visit."""

    area_field = "visit__area_code"


class CreditReviewQuerySet(ScopedQuerySet["CreditReview"]):
    """Reviews of a credit grade; scoped by the premises of the case."""

    area_field = "case__premises__area_code"

    def lying_in(self, codes: Collection[str]) -> Self:
        """Rows at or below any of the areas; read from the few reviews to their premises, never from the whole ledger.

        SQLite would begin at the index of the areas; of what a function makes of a code it has no index.
        """
        return self.alias(area=Coalesce(self.area_field, Value(""))).filter(inside(codes, "area"))

    def waiting(self) -> Self:
        """Not decided yet."""
        return self.filter(state="proposed")

    def decidable(self, officer: HoldsAreas) -> Self:
        """Of subjects all of whose places lie where the officer may decide on tiers and credit grades."""
        from subjects.models import Premises

        codes = officer.area_codes(Permission.SET_TIER)
        places = Premises.objects.standing().filter(subject=OuterRef("case__premises__subject"))
        return self.lying_in(codes).filter(~Exists(places.exclude(inside(codes))))

    def search(self, text: str) -> Self:
        """Reviews of premises whose name or address holds every word of the text, or of cases with such a number."""
        return self.filter(Q(case__premises__in=premises_named(text)) | holds_words(text, ["case__number"]))

    def with_file(self) -> Self:
        """With everything that a list shows of a review."""
        return self.select_related("case__premises__subject", "case__revisit", "decided_by")


# One number that sorts open tasks of a premises by due day and then by key; keys stay far below a day's worth.
KEY_DAY = 10**12


def near_statement(vendor: str) -> str:
    """The statement of `TaskQuerySet.near_pairs`: a window over each premises finds the earliest within the span."""
    day = "CAST(julianday(due_on) AS integer)" if vendor == "sqlite" else "(due_on - date '2000-01-01')::bigint"
    return f"""
WITH keyed AS (
         SELECT id, premises_id, {day} * {KEY_DAY} + id AS place FROM inspections_inspectiontask
         WHERE state IN ('planned', 'due') AND area_code >= %(low)s AND area_code < %(high)s),
     near AS (
         SELECT id, place, MIN(place) OVER (PARTITION BY premises_id ORDER BY place
                                            RANGE BETWEEN %(reach)s PRECEDING AND CURRENT ROW) AS first
         FROM keyed)
SELECT near.id, head.id FROM near JOIN near AS head ON head.place = near.first
WHERE near.first <> near.place AND head.first = head.place"""


def foreseen(premises: "PremisesQuerySet", year: int, cap: int) -> "QuerySet[Any]":
    """Annotates each premises with its visits of the year: `wanted` by its rhythm alone, `capped` within the cap.

    A due day of an earlier year moves on in steps of the interval until it lies in the year. Whole months decide: a
    step of months never leaves its month, so the day of the month does not matter.
    """
    step, december = F("interval_months"), Value(MONTHS_A_YEAR - 1)
    # PostgreSQL extracts numerics: only whole numbers divide without a rest.
    year_of, month_of = (Cast(part("next_due_on"), IntegerField()) for part in (ExtractYear, ExtractMonth))
    month = year_of * MONTHS_A_YEAR + month_of - Value(year * MONTHS_A_YEAR + 1)
    landed = Case(
        When(_month__gte=0, then=F("_month")),
        default=F("_month") + (step - Value(1) - F("_month")) / step * step,
        output_field=IntegerField(),
    )
    wanted = Case(
        When(_landed__lt=MONTHS_A_YEAR, then=(december - F("_landed")) / step + Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return (
        premises.annotate(_month=month)
        .annotate(_landed=landed)
        .annotate(wanted=wanted)
        .annotate(capped=Least(F("wanted"), Value(cap), output_field=IntegerField()))
    )
