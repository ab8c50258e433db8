"""Query sets of schemes, scorecards and reports."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q

from gridsup.scoping import HoldsAreas, ScopedQuerySet

if TYPE_CHECKING:
    from assessment.models import Report, Scheme, Scorecard


class SchemeQuerySet(ScopedQuerySet["Scheme"]):
    """Schemes of a bureau; whoever is scored by one may read it."""

    view_permission = "view_areas"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Schemes of every bureau in which the officer holds an area."""
        return self.filter(bureau__in={code[:2] for code in officer.area_codes(self.view_permission)})

    def in_area(self, code: str) -> Self:
        """Schemes of the bureau that the area lies in."""
        return self.filter(bureau=code[:2])

    def in_force(self, bureau: str, on: date) -> Self:
        """The bureau's scheme that holds on the day."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=on), from_day__lte=on, bureau=bureau)


class ScorecardQuerySet(ScopedQuerySet["Scorecard"]):
    """Scores of areas."""

    def current(self) -> Self:
        """The published version of each card, or the computed one where none is published yet."""
        published = self.model._default_manager.filter(
            state="published", area_code=OuterRef("area_code"), period=OuterRef("period")
        )
        return self.filter(Q(state="published") | Q(~Exists(published), state="computed"))

    def newest(self) -> Self:
        """The computed version of each card, or the published one where nothing was computed since."""
        computed = self.model._default_manager.filter(
            state="computed", area_code=OuterRef("area_code"), period=OuterRef("period")
        )
        return self.filter(Q(state="computed") | Q(~Exists(computed), state="published"))

    def beside(self, card: "Scorecard") -> Self:
        """Cards of the same bureau and period that stand as the card stands: published, or the newest; else none."""
        of_period = self.in_area(card.area_code[:2]).filter(period=card.period)
        if card.state == "superseded":
            return self.none()
        return of_period.filter(state="published") if card.state == "published" else of_period.newest()


class ReportQuerySet(ScopedQuerySet["Report"]):
    """Reports; seen and downloaded by who may build them: each holds the rows of its whole area."""

    view_permission = "build_reports"
