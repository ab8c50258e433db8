"""Query sets of the ledger and the policy."""

from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from gridsup.scoping import HoldsAreas, ScopedQuerySet, inside
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from subjects.models import MarketSubject, Premises

M = TypeVar("M", bound=models.Model)


class PolicyQuerySet(ScopedQuerySet[M]):
    """Policy rows of a bureau; whoever sees an area of the bureau may read the policy that governs it."""

    view_permission = "view_areas"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Rows of every bureau in which the officer holds an area."""
        return self.filter(bureau__in={code[:2] for code in officer.area_codes(self.view_permission)})

    def in_area(self, code: str) -> Self:
        """Rows of the bureau that the area lies in."""
        return self.filter(bureau=code[:2])

    def in_force(self, bureau: str, on: date) -> Self:
        """The bureau's rows that hold on the day."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=on), bureau=bureau, from_day__lte=on)


class MarketSubjectQuerySet(ScopedQuerySet["MarketSubject"]):
    """Subjects have no place of their own: their premises have."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Subjects with at least one premises inside the officer's areas."""
        return self._with_premises(inside(officer.area_codes(self.view_permission)))

    def in_area(self, code: str) -> Self:
        """Subjects with at least one premises at or below the area."""
        return self._with_premises(inside([code]))

    def _with_premises(self, condition: Q) -> Self:
        from subjects.models import Premises

        return self.filter(Exists(Premises.objects.filter(condition, subject=OuterRef("pk"))))


class PremisesQuerySet(SetWise["Premises"]):
    """Premises of the ledger."""

    def active(self) -> Self:
        """In business: the only ones that fall due."""
        return self.filter(status="active")

    def unplaced(self) -> Self:
        """In no grid's ledger yet: left at station or bureau level."""
        return self.filter(grid__isnull=True)


class OfPremisesQuerySet(ScopedQuerySet[M]):
    """Rows that belong to a premises and share its scope, whatever area they name themselves."""

    area_field = "premises__area_code"
