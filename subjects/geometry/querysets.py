"""Query sets of the drawing's health."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self, cast

from django.db.models import Case, Count, Exists, F, OuterRef, Sum, When
from django.db.models.functions import Substr

from gridsup.scoping import HoldsAreas, ScopedQuerySet, inside
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from subjects.models.geometry import Coverage, GeometryFault


class CoverageQuerySet(ScopedQuerySet["Coverage"]):
    """Coverage of areas by day."""

    def of_last_day(self) -> Self:
        """Of each area the row of its last day."""
        later = self.model._default_manager.filter(area_code=OuterRef("area_code"), day__gt=OuterRef("day"))
        return self.filter(~Exists(later))


# Ground with nobody responsible, ground with two, then what only looks wrong.
FAULTS_BY_WEIGHT = (
    "gap", "overlap", "outside_bureau", "outside_station", "invalid", "undrawn", "astray", "unplaced", "pointless",
)  # fmt: skip


class GeometryFaultQuerySet(SetWise["GeometryFault"]):
    """Faults of the drawing; an overlap is seen by whoever sees either grid."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Faults that touch the areas where the officer views business rows."""
        return self._touching(officer.area_codes(self.view_permission))

    def in_area(self, code: str) -> Self:
        """Faults that touch an area."""
        return self._touching([code])

    def still_open(self) -> Self:
        """Found by the last check."""
        return self.filter(mended_on__isnull=True)

    def closing(self, keys: Collection[int], on: date) -> int:
        """Marks faults as mended on a day; returns how many were still open."""
        return self.filter(pk__in=keys, mended_on__isnull=True).update(mended_on=on)

    def of_shapes(self) -> Self:
        """Faults of what is drawn, not of premises."""
        return self.filter(count__isnull=True)

    def worst_first(self) -> Self:
        """In the order of kinds from bad to slight, the largest of each first."""
        ranks = [When(kind=kind, then=rank) for rank, kind in enumerate(FAULTS_BY_WEIGHT)]
        return self.alias(rank=Case(*ranks, default=len(ranks))).order_by(
            "rank", F("square_metres").desc(nulls_last=True), F("count").desc(nulls_last=True), "area_code", "pk"
        )

    def by_station(self) -> list[dict[str, Any]]:
        """Number, m² and premises by kind and the stations concerned; "station" is a bureau where none is."""
        groups = self.order_by().values("kind", station=Substr("area_code", 1, 4), other=Substr("other_code", 1, 4))
        summed = groups.annotate(number=Count("pk"), metres=Sum("square_metres"), premises=Sum("count"))
        return cast(list[dict[str, Any]], list(summed))

    def _touching(self, codes: Collection[str]) -> Self:
        return self.filter(inside(codes) | inside(codes, "other_code"))
