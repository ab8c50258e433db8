"""Query sets of complaints and their clocks."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.db import connections, models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, When

from complaints.colours import COLOURS, conditions, near
from gridsup.scoping import ScopedQuerySet
from gridsup.searching import holds_words
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from complaints.models import Clock, Complaint, Rating
    from grids.models import Officer

M = TypeVar("M", bound=models.Model)

# Where a complaint, report, clue or enquiry has come to its end.
ENDED = ("refused", "transferred", "linked", "closed")
# Whose move is next: the desk's, the handlers', the reviewers', the desk's again, the reviewers' again.
WAITING = {
    "decide": ("received", "accepted", "reopened"),
    "handle": ("dispatched", "in_hand", "verifying", "escalated"),
    "review": ("settled", "mediation_ended", "handled", "not_upheld", "handed_to_case"),
    "tell": ("reviewed",),
    "close": ("told", "answered"),
}


class ComplaintQuerySet(SetWise["Complaint"]):
    """Complaints, reports, clues and enquiries."""

    line_field = "line"

    def open(self) -> Self:
        """Not at an end."""
        return self.exclude(state__in=ENDED)

    def not_handled_by(self, officer: "Officer") -> Self:
        """Those that the officer may review and close, as `complaints.rules.handled` says it of one."""
        from complaints.models import Complaint, ComplaintEvent
        from complaints.rules import AT_WORK, DECIDED

        made = ComplaintEvent.objects.filter(complaint=OuterRef("pk"), what="state", by=officer)
        # sending back is supervision
        return self.exclude(Exists(made.filter(new__in=Complaint.HANDLING).exclude(old__in=DECIDED, new__in=AT_WORK)))

    def search(self, text: str) -> Self:
        """Complaints whose number (ours or outside), trader, address or text holds every word."""
        names = ["number", "outside_number", "about", "address", "text", "premises__subject__name"]
        return self.filter(holds_words(text, names))

    def count_waiting(self) -> dict[str, int]:
        """How many wait for whose move; one query."""
        counts = {what: Count("pk", filter=Q(state__in=states)) for what, states in WAITING.items()}
        waiting = [state for states in WAITING.values() for state in states]
        return self.filter(state__in=waiting).aggregate(**counts)

    def to_handle(self, area_codes: Collection[str]) -> Self:
        """Dispatched to these very areas, or reported up to them, and not handled yet."""
        return self.filter(area_code__in=area_codes, state__in=WAITING["handle"])

    def with_file(self) -> Self:
        """With everything that a list shows of a complaint."""
        return self.select_related("premises__subject", "locality__street")

    def with_clock(self) -> Self:
        """Adds `next_due` and `next_latest`, the first ends of the limits that run unpaused, and `is_paused`."""
        from complaints.models import Clock

        clocks = Clock.objects.filter(complaint=OuterRef("pk"))
        return self.annotate(
            next_due=Subquery(clocks.ticking().order_by("due_on").values("due_on")[:1]),
            next_latest=Subquery(clocks.ticking().order_by("latest_on").values("latest_on")[:1]),
            is_paused=Exists(clocks.running().filter(paused_on__isnull=False)),
        )

    def of_colour(self, colour: str, on: date) -> Self:
        """Those whose next limit has the colour on the day; see `complaints.colours`."""
        from complaints.models import Clock

        # under a limit are few of all that ever came
        running = self.filter(pk__in=Clock.objects.running().order_by().values("complaint"))
        return running.with_clock().filter(conditions(on)[colour])

    def nearest_first(self) -> Self:
        """Whose limit ends first; then those under no limit, the latest received first.

        Which rows they are is asked for by itself: the index answers, and texts are read of those alone.
        """
        meant = self.model._default_manager.filter(pk__in=self.order_by().values("pk"))
        return cast(Self, meant).with_clock().order_by(F("next_due").asc(nulls_last=True), "-received_at", "-pk")


class ClockQuerySet(SetWise["Clock"]):
    """Time limits that run, ran or were met."""

    line_field = "complaint__line"

    def running(self) -> Self:
        """Neither met nor stopped; paused ones are among them."""
        return self.filter(met_on__isnull=True, stopped_on__isnull=True)

    def ticking(self) -> Self:
        """Running and not paused."""
        return self.running().filter(paused_on__isnull=True)

    def overdue(self, on: date) -> Self:
        """Running, not paused, and the latest day is over."""
        return self.ticking().filter(latest_on__lt=on)

    def to_escalate(self, on: date, days: int) -> Self:
        """Overdue, and nobody above was told, or the one above was and so many days went by since (handbook §6, C).

        The bureau's own is the last level.
        """
        once_more = Q(escalated_to__length__gt=2, escalated_on__lte=on - timedelta(days=max(days, 1)))
        return self.overdue(on).filter(Q(escalated_on__isnull=True) | once_more)

    def count_by_colour(self, on: date) -> dict[str, int]:
        """How many complaints have which colour by these clocks; each complaint once, by its nearest limit."""
        unpaused = Q(paused_on__isnull=True)
        nearest = (
            self.running()
            .order_by()
            .values("complaint_id")
            .annotate(
                area=Min("area_code"),
                next_due=Min("due_on", filter=unpaused),
                next_latest=Min("latest_on", filter=unpaused),
                is_paused=Value(True),
            )
        )
        colours = conditions(on, area_field="area")
        return nearest.aggregate(**{name: Count("complaint_id", filter=rows) for name, rows in colours.items()})

    def colours_by_area(self, on: date) -> dict[str, dict[str, int]]:
        """Area code → how many complaints have which colour by these clocks, as `count_by_colour`; two queries.

        The colour of a complaint is the first in order that any of its running clocks has.
        """
        place = Case(
            When(paused_on__isnull=False, then=COLOURS.index("paused")),
            When(latest_on__lt=on, then=COLOURS.index("red")),
            When(near(on, due="due_on"), then=COLOURS.index("amber")),
            default=COLOURS.index("green"),
        )
        each = self.running().order_by().values("area_code", "complaint").annotate(place=Min(place))
        sql, params = each.query.get_compiler(self.db).as_sql()
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT area_code, place, COUNT(*) FROM ({sql}) AS each GROUP BY area_code, place", params)
            found: dict[str, dict[str, int]] = {}
            for area, number, complaints in cursor.fetchall():
                found.setdefault(area, dict.fromkeys(COLOURS, 0))[COLOURS[number]] = complaints
        return found


class RatingQuerySet(SetWise["Rating"]):
    """How satisfied people were; in the area that handled it."""

    line_field = "complaint__line"


class OfComplaintQuerySet(ScopedQuerySet[M]):
    """Parts of a complaint; scoped by the complaint."""

    area_field = "complaint__area_code"
    line_field = "complaint__line"


AnyOfComplaint = OfComplaintQuerySet[Any]
