"""Open work of complaints for hand-over: what is in hand belongs to the area, whoever holds it goes on with it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from grids.models import Officer
from gridsup.holding import HeldRow, Moved


class InHand:
    """Complaints, reports and clues that were dispatched and are not handled yet."""

    key = "complaints"
    label: str | Promise = _("complaints in hand")

    def by_name(self, officer: Officer) -> None:
        return None

    def strays(self, on: date) -> None:
        return None

    def of_areas(self, codes: Collection[str]) -> QuerySet[Any]:
        return Complaint.objects.to_handle(codes)

    def listed(self, code: str) -> str:
        return f"{reverse('complaints')}?{urlencode({'area': code, 'exact': 1, 'waiting': 'handle'})}"

    def show(self, row: Any) -> HeldRow:
        return HeldRow(row.number, row.get_state_display(), row.area_code, row.get_absolute_url())

    def shares(self, rows: QuerySet[Any], to: Officer | None, on: date) -> Moved:
        return Moved(0, 0, rows.count())

    def move(self, rows: QuerySet[Any], to: Officer | None, *, by: Any, on: date, now: datetime) -> Moved:
        return self.shares(rows, to, on)


IN_HAND = InHand()
